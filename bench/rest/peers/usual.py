"""FastAPI and XGBoost as most tutorials put them together: a pydantic body, a DataFrame, predict_proba."""

import sys

import pandas
import uvicorn
import xgboost
from fastapi import FastAPI
from pydantic import create_model

folder, port = sys.argv[1], int(sys.argv[2])
model = xgboost.XGBClassifier()
model.load_model(f"{folder}/model.ubj")
names = model.get_booster().feature_names
Row = create_model("Row", **{name: (float, ...) for name in names})
app = FastAPI()


@app.post("/predict")
def predict(row: Row):
    probabilities = model.predict_proba(pandas.DataFrame([row.model_dump()]))[0]
    label = int(probabilities[1] > 0.5)
    return {
        "prediction": label,
        "predicted_label": str(label),
        "class_probabilities": {"0": float(probabilities[0]), "1": float(probabilities[1])},
    }


uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False, loop="asyncio", http="h11")
