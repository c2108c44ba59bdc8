"""Writes report.json: what scikit-learn of several releases makes of the files that Parley writes.

    python check_all.py PYTHON...      (one interpreter of each release; bun is on the path)

The layout of trees changed with 1.3: releases from there on get the files of today, 1.2 gets its own.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT = '1.6.1'
OLD = '1.2.2'


def write(version, folder):
    subprocess.run(['bun', os.path.join(HERE, 'write-cases.ts'), folder, version], check=True)


def run(python, folder):
    output = subprocess.run(
        [python, '-W', 'ignore', os.path.join(HERE, 'check.py'), folder],
        check=True, capture_output=True, text=True,
    ).stdout
    report = json.loads(output)
    cases = report.pop('cases')
    failed = {name: case['error'] for name, case in cases.items() if 'error' in case}
    report['cases'] = len(cases)
    report['failed'] = failed
    report['largest_gap'] = max(case.get('gap', 0) for case in cases.values())
    report['warnings'] = sorted({kind for case in cases.values() for kind in case.get('warnings', [])})
    return report


def hashes_of(folder):
    names = sorted(name for name in os.listdir(folder) if name.endswith('.joblib'))
    hashes = {}
    for name in names:
        with open(os.path.join(folder, name), 'rb') as file:
            hashes[name] = hashlib.sha256(file.read()).hexdigest()
    return hashes


with tempfile.TemporaryDirectory() as folder:
    new, old = os.path.join(folder, 'new'), os.path.join(folder, 'old')
    write(DEFAULT, new)
    write(OLD, old)
    reports = []
    for python in sys.argv[1:]:
        first = run(python, new)
        if first['scikit-learn'].startswith('1.2.'):
            reports.append({'written_for': OLD, **run(python, old)})
        else:
            reports.append({'written_for': DEFAULT, **first})
    hashes = {version: hashes_of(files) for version, files in ((DEFAULT, new), (OLD, old))}
with open(os.path.join(HERE, 'report.json'), 'w', encoding='utf-8') as file:
    json.dump({'sha256': hashes, 'releases': reports}, file, indent=2)
    file.write('\n')
