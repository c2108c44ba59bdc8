"""Trains the model that every server of the comparison serves: 100 trees of depth 6 over 20 random features."""

import sys

import numpy as np
import xgboost

ROWS = 20_000
FEATURES = 20

folder = sys.argv[1]
random = np.random.default_rng(7)
rows = random.random((ROWS, FEATURES), dtype=np.float32)
score = rows[:, 0] * 2 + np.sin(rows[:, 1] * 6) + rows[:, 2] * rows[:, 3] * 3 + random.normal(0, 0.5, ROWS)
labels = (score > np.median(score)).astype(int)
model = xgboost.XGBClassifier(n_estimators=100, max_depth=6, n_jobs=1)
names = [f"f{index}" for index in range(FEATURES)]
model.fit(rows, labels)
model.get_booster().feature_names = names
model.save_model(f"{folder}/model.ubj")
