"""Measures the bundled pair and other folders like it, writes results.json and the tables of card.md."""

import argparse
import glob
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'training'))
import measure  # noqa: E402
import measure_sentiment  # noqa: E402
import suggest  # noqa: E402

COLUMNS = {
    'acceptable_in_first_five': 'acceptable among five', 'acceptable_first': 'first acceptable', 'suggestions_acceptable': 'suggestions acceptable',
    'suggestions_grammatical': 'grammatical', 'sentences_with_negative': 'sentences with a negative', 'milliseconds_p50': 'p50',
}
SENTIMENTS = {'linear': 'words and pairs of words', 'network': 'one network of words and a convolution', 'tfidf': 'TF-IDF and logistic regression, same data'}


def percent(value):
    return f'{100 * value:.1f} %'


def table(head, rows):
    lines = [head, ['---', *['--:'] * (len(head) - 1)], *rows]
    return ''.join('| ' + ' | '.join(line) + ' |\n' for line in lines)


def of_folder(name, folder, data, negative, rows):
    figures = [measure.measure(rows, measure.bundled(folder), words, negative)[0] for words in (1, 5)]
    return {'name': name, 'bytes': os.path.getsize(os.path.join(folder, 'fill.onnx')), 'figures': figures}


def cells(entry, figures):
    shown = [f'{figures[c]:.1f} ms' if c.startswith('milli') else percent(figures[c]) for c in COLUMNS]
    return [entry['name'], str(figures['max_words']), *shown, f'{entry["bytes"] / 1e6:.1f} MB']


def replaced(card, name, content):
    mark = re.compile(f'(<!-- {name} -->\n).*?(<!-- end -->)', re.DOTALL)
    return mark.sub(lambda found: found[1] + content + found[2], card)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True)
    parser.add_argument('--work', required=True, help='folder with the notes of train_sentiment.py')
    parser.add_argument('--others', nargs='*', default=[], help='NAME=FOLDER of pairs to compare with')
    arguments = parser.parse_args()
    negative, folder = measure.negative_words(arguments.data), os.path.join(HERE, '..')
    with open(os.path.join(HERE, 'sentences.json'), encoding='utf-8') as file:
        rows = json.load(file)
    entries = [of_folder(*pair, arguments.data, negative, rows) for pair in [('bundled', folder), *(o.split('=', 1) for o in arguments.others)]]
    sentiments = []
    for path in sorted(glob.glob(os.path.join(arguments.work, 's_*.json'))):
        with open(path, encoding='utf-8') as file:
            sentiments.append(json.load(file))
    accuracy = measure_sentiment.accuracy(suggest.load(folder), arguments.data)
    with open(os.path.join(HERE, 'results.json'), 'w', encoding='utf-8') as file:
        json.dump({'sentences': len(rows), 'pairs': entries, 'sst2_dev': accuracy, 'sentiment_kinds': sentiments}, file, indent=1)
        file.write('\n')
    shown = ['acceptable_in_first_five', 'acceptable_first', 'suggestions_grammatical', 'sentences_with_negative']
    with open(os.path.join(folder, 'metrics.json'), 'w', encoding='utf-8') as file:
        held_out = {name: entries[0]['figures'][0][name] for name in shown}
        json.dump({'library': 'parley', 'rows': {'held_out': len(rows)}, 'held_out': {**held_out, 'sentiment_accuracy': accuracy}}, file, indent=2)
        file.write('\n')
    fills = table(['model', 'words', *COLUMNS.values(), 'fill.onnx'], [cells(e, f) for e in entries for f in e['figures']])
    best = {s['kind']: s for s in sorted(sentiments, key=lambda s: s['held_out'])}
    kinds = table(['model', 'held-out rows', 'SST-2 dev'], [['bundled: mean of the networks', '', f'{accuracy:.3f}'], *([SENTIMENTS[k], f'{best[k]["held_out"]:.3f}', f'{best[k]["sst2_dev"]:.3f}'] for k in SENTIMENTS if k in best), ['TF-IDF and logistic regression, trained on SST-2 itself', '', '0.826']])
    path = os.path.join(folder, 'card.md')
    with open(path, encoding='utf-8') as file:
        card = file.read()
    with open(path, 'w', encoding='utf-8') as file:
        file.write(replaced(replaced(card, 'fill', fills), 'sentiment', kinds))
    print(fills + '\n' + kinds)


if __name__ == '__main__':
    main()
