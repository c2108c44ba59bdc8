"""The model behind MLServer's XGBoost runtime: python mlserver_start.py FOLDER PORT."""

import json
import os
import sys

folder, port = sys.argv[1], int(sys.argv[2])
home = f"{folder}/mlserver"
os.makedirs(home, exist_ok=True)
settings = {"host": "127.0.0.1", "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2, "parallel_workers": 0, "debug": False}
model = {"name": "bench", "implementation": "mlserver_xgboost.XGBoostModel", "parameters": {"uri": f"{folder}/model.ubj"}}
for name, content in (("settings", settings), ("model-settings", model)):
    with open(f"{home}/{name}.json", "w") as file:
        json.dump(content, file)
command = os.path.join(os.path.dirname(sys.executable), "mlserver")
os.execv(sys.executable, [sys.executable, command, "start", home])
