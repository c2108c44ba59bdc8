"""The model behind Ray Serve: python ray_serve.py FOLDER PORT."""

import signal
import sys

import numpy as np
import ray
import xgboost
from ray import serve
from starlette.requests import Request

folder, port = sys.argv[1], int(sys.argv[2])


@serve.deployment(num_replicas=1, max_ongoing_requests=64, ray_actor_options={"num_cpus": 0.5})
class Bench:
    def __init__(self, folder):
        self.booster = xgboost.Booster()
        self.booster.load_model(f"{folder}/model.ubj")
        self.booster.set_param({"nthread": 1})
        self.names = self.booster.feature_names

    async def __call__(self, request: Request):
        row = await request.json()
        values = np.array([[row[name] for name in self.names]], dtype=np.float32)
        probability = float(self.booster.inplace_predict(values, validate_features=False)[0])
        return {"prediction": int(probability > 0.5), "probability": probability}


ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=80_000_000, _node_ip_address="127.0.0.1")
serve.start(http_options={"host": "127.0.0.1", "port": port})
serve.run(Bench.bind(folder), route_prefix="/predict")
signal.signal(signal.SIGTERM, lambda *_: (ray.shutdown(), sys.exit(0)))
signal.pause()
