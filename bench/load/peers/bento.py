"""The model behind BentoML: python bento.py FOLDER PORT."""

import os
import sys

import bentoml
import numpy as np
import xgboost

if __name__ == "__main__":
    folder, port = sys.argv[1], sys.argv[2]
    environment = {**os.environ, "BENCH_FOLDER": folder, "BENTOML_DO_NOT_TRACK": "True"}
    here = os.path.dirname(os.path.abspath(__file__))
    command = [sys.executable, "-m", "bentoml", "serve", "bento:Bench", "--host", "127.0.0.1", "--port", port, "--working-dir", here]
    os.execve(sys.executable, command, environment)


@bentoml.service(workers=1)
class Bench:
    def __init__(self):
        self.booster = xgboost.Booster()
        self.booster.load_model(f"{os.environ['BENCH_FOLDER']}/model.ubj")
        self.booster.set_param({"nthread": 1})
        self.names = self.booster.feature_names

    @bentoml.api
    def predict(self, row: dict) -> dict:
        values = np.array([[row[name] for name in self.names]], dtype=np.float32)
        probability = float(self.booster.inplace_predict(values, validate_features=False)[0])
        return {"prediction": int(probability > 0.5), "probability": probability}
