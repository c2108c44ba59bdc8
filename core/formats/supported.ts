// What Parley reads, as the sentences that refuse everything else put it.

export const WHAT_IS_READ =
  'Parley reads pickle and joblib files of scikit-learn, LightGBM and XGBoost models, LightGBM’s text files, XGBoost’s own .json, .ubj and .model files, .onnx, and a .zip of a language model (Transformers’ text classifiers with their graph in ONNX).'
