"""The model behind LitServe: python lit.py FOLDER PORT."""

import sys

import litserve
import numpy as np
import xgboost


class Bench(litserve.LitAPI):
    def setup(self, device):
        self.booster = xgboost.Booster()
        self.booster.load_model(f"{sys.argv[1]}/model.ubj")
        self.booster.set_param({"nthread": 1})
        self.names = self.booster.feature_names

    def decode_request(self, request):
        return np.array([[request[name] for name in self.names]], dtype=np.float32)

    def predict(self, values):
        return float(self.booster.inplace_predict(values, validate_features=False)[0])

    def encode_response(self, probability):
        return {"prediction": int(probability > 0.5), "probability": probability}


if __name__ == "__main__":
    server = litserve.LitServer(Bench(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="error", num_api_servers=1)
