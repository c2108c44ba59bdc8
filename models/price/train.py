"""Trains the price example: what a house sells for, on houses that this script invents.

    python models/price/train.py --output models/price
    python models/price/train.py houses.csv --output models/price

Without a path it draws 4,000 sales from the formula in `invent`, with a fixed seed, so the weights depend on no one's
data. A file needs the columns of FEATURES and `price`. requirements.txt beside this folder names the versions that
wrote the committed files.
"""

import os
import sys

import numpy as np
import pandas as pd
import xgboost
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import common

SEED = 42
SALES = 4000
SETTINGS = {
    'objective': 'reg:gamma',  # prices are positive and their scatter grows with them
    'n_estimators': 150,
    'max_depth': 3,
    'learning_rate': 0.1,
    'min_child_weight': 5,
    'subsample': 0.8,
    'random_state': SEED,
    'n_jobs': 1,
}
FEATURES = {
    'sqft_living': {
        'description': 'Living area',
        'unit': 'square feet',
        'example': 2000,
        'aliases': ['square feet', 'sqft', 'living area', 'size', 'area'],
    },
    'sqft_lot': {
        'description': 'Area of the lot',
        'unit': 'square feet',
        'example': 7500,
        'aliases': ['lot', 'lot size', 'land', 'plot'],
    },
    'bedrooms': {'description': 'Bedrooms', 'example': 3, 'aliases': ['beds', 'bedroom', 'bed']},
    'bathrooms': {
        'description': 'Bathrooms; a half has no shower, a quarter only a sink',
        'example': 2.25,
        'aliases': ['baths', 'bathroom', 'bath'],
    },
    'floors': {'description': 'Floors', 'example': 2, 'aliases': ['storeys', 'stories', 'levels']},
    'grade': {
        'description': 'Quality of construction, from 4 (poor) to 12 (luxurious)',
        'example': 7,
        'aliases': ['construction grade', 'quality', 'building grade'],
    },
    'condition': {
        'description': 'State of repair, from 1 (worn out) to 5 (very good)',
        'example': 3,
        'aliases': ['state', 'state of repair', 'shape'],
    },
    'age_years': {
        'description': 'Years since it was built',
        'unit': 'years',
        'example': 30,
        'aliases': ['age', 'years old', 'house age'],
    },
    'waterfront': {
        'description': '1 if it overlooks the water, else 0',
        'example': 0,
        'aliases': ['on the water', 'water view', 'by the water'],
    },
}
CONFIG = {
    'name': 'price',
    'title': 'House price',
    'aliases': ['price model', 'house price', 'house prices', 'home value', 'housing'],
    'description': 'What a house sells for, from its size, rooms, quality and age. Trained on invented sales.',
    'file': 'price_model.pkl',
    'task': 'regression',
    'target': 'price',
    'unit': 'USD',
    'features': FEATURES,
    'examples': [
        'What is a 2,000 sqft house worth with 3 bedrooms, 2.25 bathrooms, 2 floors, grade 7, condition 3, '
        'a lot of 7,500 sqft, 30 years old, not on the waterfront?',
        'Predict price: sqft_living 3200, sqft_lot 9000, bedrooms 4, bathrooms 3, floors 2, grade 9, condition 4, '
        'age_years 10, waterfront 0',
        'Why is a 1,200 sqft house of grade 6 with 2 bedrooms and 1 bathroom, built 70 years ago, that cheap?',
    ],
}


def invent(sales=SALES, seed=SEED):
    """Houses whose columns hang together, and a price with 12 % of scatter that no column explains."""
    random = np.random.RandomState(seed)
    living = np.clip(np.round(np.exp(random.normal(7.55, 0.38, sales)) / 10) * 10, 500, 7000)
    bedrooms = np.clip(np.round(1.2 + living / 1050 + random.normal(0, 0.6, sales)), 1, 7)
    bathrooms = np.clip(np.round((0.5 + living / 1250 + random.normal(0, 0.35, sales)) * 4) / 4, 1, 6)
    age = np.clip(np.round(random.gamma(2.2, 18, sales)), 0, 115)
    grade = np.clip(np.round(5.3 + living / 950 - age / 70 + random.normal(0, 0.7, sales)), 4, 12)
    condition = np.clip(np.round(3.4 + random.normal(0, 0.65, sales)), 1, 5)
    floors = np.clip(np.round((1 + living / 4000 + random.normal(0, 0.4, sales)) * 2) / 2, 1, 3)
    lot = np.round(living * np.exp(random.normal(1.25, 0.6, sales)) / 50) * 50
    waterfront = (random.uniform(size=sales) < 0.02).astype(float)
    logarithm = (
        7.62
        + 0.62 * np.log(living)
        + 0.05 * np.log(lot)
        + 0.135 * (grade - 7)
        + 0.05 * (condition - 3)
        + 0.035 * (bathrooms - 2)
        - 0.02 * (bedrooms - 3)
        + 0.015 * (floors - 1)
        # New houses and very old ones are dear, those of fifty years are not.
        - 0.0042 * age
        + 0.000045 * age**2
        + 0.45 * waterfront
    )
    price = np.round(np.exp(logarithm + random.normal(0, 0.12, sales)) / 500) * 500
    columns = [living, lot, bedrooms, bathrooms, floors, grade, condition, age, waterfront]
    return pd.DataFrame(dict(zip(FEATURES, columns))), pd.Series(price, name='price')


def load(path):
    if path is None:
        return invent()
    table = pd.read_csv(path)
    return table[list(FEATURES)].astype('float64'), table['price']


def measure(prices, predicted):
    return {
        'r2': round(r2_score(prices, predicted), 4),
        'mae': round(mean_absolute_error(prices, predicted)),
        'rmse': round(root_mean_squared_error(prices, predicted)),
        'mape': round(mean_absolute_percentage_error(prices, predicted), 4),
    }


def main():
    arguments = common.parse_arguments(__doc__, ('path of a CSV file of sales', '?'))
    features, prices = load(arguments.data)
    train, held_out, train_prices, held_out_prices = train_test_split(
        features, prices, test_size=0.2, random_state=SEED
    )
    model = xgboost.XGBRegressor(**SETTINGS)
    model.fit(train, train_prices)

    metrics = {
        'library': 'xgboost ' + xgboost.__version__,
        'rows': {'train': len(train), 'held_out': len(held_out)},
        'held_out': measure(held_out_prices, model.predict(held_out)),
        'mean_price': round(float(prices.mean())),
    }
    example = pd.DataFrame({name: [float(feature['example'])] for name, feature in FEATURES.items()})
    golden_rows = pd.concat([example, held_out.sample(31, random_state=SEED)], ignore_index=True)
    common.write_model(arguments.output, CONFIG['file'], model)
    common.write_json(arguments.output, 'metrics.json', metrics)
    golden = common.golden_regression(model, golden_rows)
    common.write_json(arguments.output, 'golden.json', golden)
    common.write_config(arguments.output, CONFIG, common.column_statistics(train))
    print(metrics, golden['values'][0])


if __name__ == '__main__':
    main()
