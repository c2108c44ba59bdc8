"""Writes golden.json: what scikit-learn answers when it loads the two files that the example trained on its made-up sales.

    bun parley example house-price --synthetic
    python models/house-price/golden.py data/examples/house-price

Needs scikit-learn 1.6, joblib, pandas, and bun on the path, which writes the made-up homes and figures by zip code. The
figures are joined here by pandas, as the customer's script joins them; Parley joins them inside the model. A test trains
again and holds Parley's answers to these.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings

import joblib
import pandas as pd
import sklearn

FOLDER = os.path.dirname(os.path.abspath(__file__))
FILES = {'version_1': 'model.pkl', 'version_2': 'improved.joblib'}
KEY = 'zipcode'
ROWS = 24


def main():
    warnings.simplefilter('error')
    with tempfile.TemporaryDirectory() as made:
        subprocess.run(['bun', os.path.join(FOLDER, 'write-synthetic.ts'), made], check=True)
        homes = pd.read_csv(os.path.join(made, 'future_unseen_examples.csv')).head(ROWS)
        figures = pd.read_csv(os.path.join(made, 'zipcode_demographics.csv'))
    table = homes.merge(figures, how='left', on=KEY)
    golden = {'library': f'scikit-learn {sklearn.__version__}', 'pipelines': {}}
    golden['rows'] = json.loads(homes.to_json(orient='records', double_precision=15))
    for version, name in FILES.items():
        model = joblib.load(os.path.join(sys.argv[1], name))
        # The better version learned the logarithm of the price, which wraps its pipeline once more.
        pipeline = getattr(model, 'regressor_', model)
        golden['pipelines'][version] = [type(step).__name__ for _, step in pipeline.steps]
        golden[version] = [float(price) for price in model.predict(table[list(pipeline.feature_names_in_)])]
    with open(os.path.join(FOLDER, 'golden.json'), 'w', encoding='utf-8', newline='\n') as file:
        json.dump(golden, file, indent=2)
        file.write('\n')


if __name__ == '__main__':
    main()
