"""The same, tuned: uvloop, httptools, an async handler without a thread pool, inplace_predict on one array, one thread."""

import sys

import numpy as np
import uvicorn
import xgboost
from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import create_model
from pydantic_core import to_json

folder, port = sys.argv[1], int(sys.argv[2])
booster = xgboost.Booster()
booster.load_model(f"{folder}/model.ubj")
booster.set_param({"nthread": 1})
names = booster.feature_names
Row = create_model("Row", **{name: (float, ...) for name in names})
app = FastAPI()


@app.post("/predict")
async def predict(row: Row):
    values = np.array([[getattr(row, name) for name in names]], dtype=np.float32)
    probability = float(booster.inplace_predict(values, validate_features=False)[0])
    label = int(probability > 0.5)
    body = to_json(
        {
            "prediction": label,
            "predicted_label": str(label),
            "class_probabilities": {"0": 1 - probability, "1": probability},
        }
    )
    return Response(body, media_type="application/json")


uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False, loop="uvloop", http="httptools")
