"""Writes iris.csv, Fisher's measurements of 1936, from the copy that scikit-learn carries.

    python models/iris/make_data.py
"""

import os

from sklearn.datasets import load_iris

data = load_iris()
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'iris.csv')
with open(path, 'w', encoding='utf-8', newline='\n') as file:
    file.write('sepal_length,sepal_width,petal_length,petal_width,species\n')
    for row, code in zip(data.data, data.target):
        file.write(','.join(f'{value:g}' for value in row) + f',{data.target_names[code]}\n')
