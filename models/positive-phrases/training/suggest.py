"""The whole pipeline in Python, as the reference for other implementations: text with one blank in, suggestions out."""

import argparse
import json
import math
import os

import numpy as np
import onnxruntime

import text as t


def load(folder, config=None):
    """Sessions, vocabulary and parameters of the pair in a folder."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    words, index = t.load_vocabulary(os.path.join(folder, 'vocabulary.txt'))
    if config is None:
        with open(os.path.join(folder, 'config.json'), encoding='utf-8') as file:
            config = json.load(file)
    with open(os.path.join(folder, 'phrases.txt'), encoding='utf-8') as file:
        phrases = file.read().split('\n')[:-1]
    session = lambda name: onnxruntime.InferenceSession(os.path.join(folder, name), options, providers=['CPUExecutionProvider'])
    lists = {name: {index[w] for w in config['filter'][name] if w in index} for name in ('not_first', 'not_last', 'never', 'not_alone')}
    return {'words': words, 'index': index, 'phrases': phrases, 'config': config, 'fill': session('fill.onnx'), 'sentiment': session('sentiment.onnx'), 'lists': lists}


def pad_rows(rows, least=1):
    ids = np.zeros((len(rows), max(least, max(map(len, rows)))), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
    return ids


def log_probabilities(pair, rows, positions):
    logits = pair['fill'].run(['logits'], {'ids': pad_rows(rows), 'positions': np.array(positions, dtype=np.int64)})[0].astype(np.float64)
    highest = logits.max(axis=1, keepdims=True)
    return logits - highest - np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))


def positivity(pair, rows):
    return pair['sentiment'].run(['positivity'], {'ids': pad_rows(rows, 3)})[0].astype(np.float64)


def log_odds(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def starts_with_vowel_sound(word, config):
    return bool(t.re.match(config['filter']['vowel_sound'], word))


def first_words_allowed(pair, before, after):
    """What a suggestion may begin with: after `a` a consonant, after `an` a vowel sound, and no repeat of its neighbour."""
    allowed = pair['usable'].copy()
    last = pair['words'][before[-1]] if before else ''
    if last in ('a', 'an'):
        allowed &= pair['vowels'] == (last == 'an')
    if before and before[-1] < pair['outputs']:
        allowed[before[-1]] = False
    return allowed


def prepare(pair):
    """What does not depend on the text: masks over the outputs, and what may follow each beginning of a phrase."""
    config, lists = pair['config'], pair['lists']
    outputs = pair['fill'].get_outputs()[0].shape[1]
    pair['outputs'] = outputs
    mask = lambda numbers: np.array([n in numbers for n in range(outputs)])
    pair['usable'] = ~mask(lists['never'] | set(range(len(t.SPECIALS))))
    pair['alone_allowed'] = ~mask(lists['not_first'] | lists['not_last'] | lists['not_alone'])
    pair['vowels'] = np.array([starts_with_vowel_sound(w, config) for w in pair['words'][:outputs]])
    # For each length and beginning, the ids that go on to a whole phrase of that length.
    following = {}
    for phrase in pair['phrases']:
        ids = tuple(pair['index'][w] for w in phrase.split())
        for place in range(len(ids)):
            following.setdefault((len(ids), ids[:place]), set()).add(ids[place])
    pair['following'] = {key: np.array(sorted(ids)) for key, ids in following.items()}
    return pair


def best(ids, scores, number):
    """(id, score) of the highest scores; of equal ones the lower id first."""
    order = np.argsort(-scores, kind='stable')[:number]
    return [(int(ids[i]), float(scores[i])) for i in order]


def fill_phrases(pair, before, after, maximum_words):
    """(ids, total log probability) of words and phrases: one beam search per length, all lengths in one batch per step."""
    parameters = pair['config']['parameters']
    head, tail = [t.START, *before], [*after, t.END]
    first_allowed = first_words_allowed(pair, before, after)
    next_word = after[0] if after else t.END
    beams, found = {length: [((), 0.0)] for length in range(1, maximum_words + 1)}, []
    for step in range(maximum_words):
        live = [(length, beam) for length, beam_list in beams.items() for beam in beam_list]
        if not live:
            break
        rows = [head + list(ids) + [t.MASK] * (length - step) + tail for length, (ids, _) in live]
        table = log_probabilities(pair, rows, [len(head) + step] * len(rows))
        grown = {length: [] for length in beams}
        for (length, (ids, total)), row in zip(live, table):
            if length == 1:
                choices = np.flatnonzero(first_allowed & pair['alone_allowed'])
            else:
                choices = pair['following'].get((length, ids), np.array([], dtype=np.int64))
                choices = choices[first_allowed[choices]] if step == 0 else choices
            if step == length - 1:
                choices = choices[choices != next_word]
            width = parameters['candidates'] if length == 1 else parameters['beam']
            grown[length] += [((*ids, i), total + score) for i, score in best(choices, row[choices], width)]
        beams = {}
        for length, candidates in grown.items():
            candidates.sort(key=lambda c: (-c[1], c[0]))
            if step == length - 1:
                found += candidates[: parameters['candidates'] if length == 1 else parameters['phrases']]
            elif candidates:
                beams[length] = candidates[: parameters['beam']]
    return found


def suggest(pair, text, top_k=None, min_positivity=None, max_words=None):
    """Suggestions, best first: ids, text, score, positivity (0 to 1) and fluency (log probability)."""
    config = pair['config']
    defaults, parameters = config['defaults'], config['parameters']
    least = defaults['min_positivity'] if min_positivity is None else min_positivity
    before, after = t.encode_with_blank(text, pair['index'])
    found = fill_phrases(pair, before, after, max_words or defaults['max_words'])
    rows = [[*before, *after]] + [[*before, *ids, *after] for ids, _ in found] + [list(ids) for ids, _ in found]
    odds = log_odds(positivity(pair, rows))
    scored = []
    for number, (ids, total) in enumerate(found):
        in_sentence, alone = odds[1 + number], odds[1 + len(found) + number]
        # What was negative before the blank was filled is not held against the suggestion.
        lift = in_sentence - min(odds[0], 0.0)
        mixed = parameters['alone'] * alone + (1 - parameters['alone']) * lift
        bounded = max(-parameters['bound'], min(parameters['bound'], mixed))
        length = parameters['phrase'] + parameters['per_word'] * (len(ids) - 1) if len(ids) > 1 else 0.0
        score = total + length + parameters['positivity'] * bounded
        positive = 1 / (1 + math.exp(-mixed))
        if positive >= least:
            scored.append({'ids': list(ids), 'text': ' '.join(pair['words'][i] for i in ids), 'score': score, 'positivity': positive, 'fluency': total})
    scored.sort(key=lambda s: (-s['score'], s['ids']))
    return diverse(pair, scored, top_k or defaults['top_k'])


def diverse(pair, scored, top_k):
    """No two suggestions that share a word which carries meaning: `very good` adds little to `good`."""
    chosen, used = [], set()
    for suggestion in scored:
        meaning = set(suggestion['ids']) - pair['lists']['not_last']
        if not meaning & used:
            used |= meaning
            chosen.append(suggestion)
        if len(chosen) == top_k:
            break
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('text', nargs='+')
    parser.add_argument('--max-words', type=int)
    parser.add_argument('--top-k', type=int)
    arguments = parser.parse_args()
    pair = prepare(load(arguments.folder))
    for text in arguments.text:
        print(text, [(s['text'], round(s['score'], 2), round(s['positivity'], 3)) for s in suggest(pair, text, arguments.top_k, None, arguments.max_words)])


if __name__ == '__main__':
    main()
