"""Writes tokens.golden.json (text to ids) and suggest.golden.json (suggestions of the Python reference)."""

import argparse
import json
import os

import numpy as np

import prepare
import suggest
import text as t

ODD_TEXTS = [
    '', ' ', '.', '...', '!?', 'a', 'I', "I'm", 'I’m', "don't", 'DON’T', "o'clock", "rock'n'roll", "'quoted'", "dogs'", "it''s", '"quoted"',
    'well-designed', 'state-of-the-art', 'e-mail', 'mp3', 'a4', '3rd', '10%', '$9.99', '1,000.50', '12:30', '2024', '007', 'covid19',
    'Café', 'naïve', 'Ångström', 'ﬁne', 'Ｆｕｌｌ width', 'ß', 'İstanbul', 'Σίσυφος', 'привет', '你好 world', 'مرحبا hello', 'שלום', '😀 great 👍',
    'e\u0301clair', 'a\u200bb', 'tab\tnew\nline', 'non\u00a0breaking', 'under_score', '___', '<blank>', '[blank]', 'a/b', 'and/or', 'C++', 'C#', 'x²', '½', 'Ⅳ', '①',
    'unbelievablyly', 'zzzing', 'zzzed', 'zzzs', 'zzz', "zzz's", 'qly', 'HELLO', 'McDonald', 'a.b.c.', 'www.example.com', 'you@example.com', 'no;semi:colon', '—dash—', '…', '`tick´',
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', help='folder of the pair; the files are written there')
    arguments = parser.parse_args()
    _, index = t.load_vocabulary(os.path.join(arguments.folder, 'vocabulary.txt'))
    quality = os.path.join(arguments.folder, 'quality')
    with open(os.path.join(quality, 'sentences.json'), encoding='utf-8') as file:
        texts = [row['text'] for row in json.load(file)]
    plain = ODD_TEXTS + [text.replace('<blank>', 'great') for text in texts[: 200 - len(ODD_TEXTS)]]
    tokens = [{'text': text, 'tokens': t.split(text), 'ids': t.encode(text, index)} for text in plain]
    write(arguments.folder, 'tokens.golden.json', tokens)
    pair = suggest.prepare(suggest.load(arguments.folder))
    chosen = texts[::4][:40]
    rows = []
    for number, text in enumerate(chosen):
        options = {'top_k': (5, 5, 10, 3)[number % 4], 'max_words': (1, 5, 3, 5)[number % 4]}
        found = suggest.suggest(pair, text, options['top_k'], None, options['max_words'])
        rows.append({'text': text, **options, 'suggestions': [{'text': s['text'], 'score': round(s['score'], 4), 'positivity': round(float(s['positivity']), 4)} for s in found]})
    write(arguments.folder, 'suggest.golden.json', rows)
    before, after = t.encode_with_blank('have a <blank> day', index)
    ids = [t.START, *before, t.MASK, *after, t.END]
    logits = pair['fill'].run(['logits'], {'ids': np.array([ids]), 'positions': np.array([1 + len(before)])})[0][0]
    example = {
        'fill': {'ids': [ids], 'positions': [1 + len(before)], 'first_logits': [float(x) for x in logits[:12]], 'highest': [[int(i), float(logits[i])] for i in np.argsort(-logits)[:10]]},
        'sentiment': [{'text': text, 'ids': t.encode(text, index), 'positivity': float(suggest.positivity(pair, [t.encode(text, index)])[0])} for text in ('have a great day', 'the service was terrible', 'good', 'not good', 'It works.')],
    }
    write(arguments.folder, 'models.golden.json', example)


def write(folder, name, content):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
        lines = ',\n'.join(json.dumps(row, ensure_ascii=True) for row in content) if isinstance(content, list) else None
        file.write(f'[\n{lines}\n]\n' if lines else json.dumps(content, indent=1) + '\n')


if __name__ == '__main__':
    main()
