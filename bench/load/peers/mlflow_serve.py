"""The model behind MLflow's own server: python mlflow_serve.py FOLDER PORT."""

import os
import sys

import mlflow.xgboost
import xgboost

folder, port = sys.argv[1], sys.argv[2]
saved = f"{folder}/mlflow"
if not os.path.exists(saved):
    booster = xgboost.Booster()
    booster.load_model(f"{folder}/model.ubj")
    booster.set_param({"nthread": 1})
    mlflow.xgboost.save_model(booster, saved)
bin_folder = os.path.dirname(sys.executable)
environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "MLFLOW_DISABLE_TELEMETRY": "true"}
command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", saved, "-h", "127.0.0.1", "-p", port, "--env-manager", "local", "--workers", "1"]
os.execve(sys.executable, command, environment)
