"""Writes an XGBoost pickle of about 500 KB, for bench/startup/run.ts: python make_model.py OUT.pkl (needs xgboost and numpy)."""

import pickle
import sys

import numpy
import xgboost

random = numpy.random.default_rng(7)
rows = random.normal(size=(4000, 20)).astype(numpy.float32)
labels = (rows[:, :5].sum(axis=1) + random.normal(size=4000) > 0).astype(int)
model = xgboost.XGBClassifier(n_estimators=172, max_depth=6, random_state=7, n_jobs=1)
model.fit(rows, labels)
with open(sys.argv[1], "wb") as file:
    pickle.dump(model, file)
