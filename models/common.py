"""What the three training scripts share: describing columns, recording golden predictions, writing the files."""

import argparse
import importlib.metadata
import json
import os
import pickle

import numpy as np


def parse_arguments(description, data_help):
    """Reads the data path (optional when data_help says so) and the folder to write to."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', help=data_help[0], nargs=data_help[1])
    parser.add_argument('--output', required=True, help='folder to write the model and its figures to')
    arguments = parser.parse_args()
    os.makedirs(arguments.output, exist_ok=True)
    return arguments


def plain(value):
    """A number as JSON holds it: integers stay integers, float32 keeps every bit, a missing value is null."""
    number = float(value)
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def column_statistics(frame):
    """Range and mean of every column over the rows the model was fitted on."""
    return {
        name: {
            'minimum': plain(column.min()),
            'maximum': plain(column.max()),
            'mean': round(float(column.mean()), 4),
        }
        for name, column in frame.items()
    }


def rows_of(frame):
    return [{name: plain(value) for name, value in row.items()} for row in frame.to_dict('records')]


def library_of(model):
    name = type(model).__module__.split('.')[0]
    return f'{name} {importlib.metadata.version(name)}'


def golden_classification(model, frame, classes):
    """The library's own answers, for tests that compare another implementation with it."""
    probabilities = model.predict_proba(frame)
    return {
        'library': library_of(model),
        'rows': rows_of(frame),
        'probabilities': [dict(zip(classes, map(float, row))) for row in probabilities],
        'labels': [classes[index] for index in model.predict(frame)],
    }


def golden_regression(model, frame):
    return {'library': library_of(model), 'rows': rows_of(frame), 'values': [float(value) for value in model.predict(frame)]}


def write_json(folder, name, content):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
        json.dump(content, file, indent=2, ensure_ascii=False, allow_nan=False)
        file.write('\n')


def write_model(folder, name, model):
    # Protocol 4 is what Python 3.8 to 3.13 write when nobody chooses one.
    with open(os.path.join(folder, name), 'wb') as file:
        pickle.dump(model, file, protocol=4)


def write_config(folder, config, statistics):
    """config.json is written by the script so that its ranges are those of the data and cannot go stale."""
    for name, feature in config['features'].items():
        feature.update(statistics[name])
    write_json(folder, 'config.json', config)
