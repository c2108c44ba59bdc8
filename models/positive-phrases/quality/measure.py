"""Measures suggestions on the sentence set: acceptable, grammatical, negative, and how long they take."""

import argparse
import itertools
import json
import os
import re
import sys
import time
import urllib.request

from lemminflect import getAllInflections, getAllLemmas

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'training'))

CLOSED = {
    'D': "the a an my your our their his her its this that these those some any every all no each both another".split(),
    'I': 'of in on at for with by from about like than over under within without as into worth after before during'.split(),
    'T': ['to'],
    'J': ['and', 'or', 'but'],
    'O': 'it you me us them i we they he she him everyone anything everything something nothing one myself yourself'.split(),
    'R': 'so very too really quite pretty just most more much well always ever never right not only also even all enough rather truly'.split(),
    'B': "is are was were be been have has had do does did will would can could should i've i'm it's you've we've don't".split(),
}
# Penn tags to the letters of the patterns: A adjective or participle, N noun, V/P/Z base, past and third-person verb, R adverb.
LETTERS = {'JJ': 'A', 'JJR': 'A', 'JJS': 'A', 'RB': 'R', 'RBR': 'R', 'RBS': 'R', 'NN': 'N', 'NNS': 'NM', 'VB': 'V', 'VBD': 'P', 'VBN': 'A', 'VBG': 'AN', 'VBZ': 'Z', 'VBP': 'V'}
NP = '(?:O|D?R*A*[NM]+)'
AP = f'R*A(?:JR*A)*R?(?:TV(?:{NP}|R)?|I{NP})?'
PATTERNS = {
    'adjective': 'R*A(?:JR*A)*',
    'predicate': f'(?:{AP}|D?R*A+[NM]+(?:I{NP})?|DR*A*[NM]+(?:I{NP})?|I{NP}|DA[NM]?OB?RA)',
    'noun': f'R*A*[NM]+(?:JA*[NM]+)?(?:I{NP}|TV{NP}?)?',
    'noun_one': f'R*A*N+(?:I{NP}|TV{NP}?)?',
    'adverb': f'(?:R+(?:JR+)?|[IT]{NP}|R+[IT]{NP}|[IT]{NP}R)',
    'degree': 'R+',
    'verb': f'R?V(?:{NP}|R|TV|TV{NP}|[IT]{NP})?',
    'verb_past': f'R?[PV](?:{NP}|R|TV|[IT]{NP})?',
    'verb_s': f'R?[ZP](?:{NP}|R|[IT]{NP})?',
}
SLOTS = {
    'attr': 'adjective', 'attr_c': 'adjective', 'attr_v': 'adjective', 'comp': 'adjective', 'top': 'adjective',
    'pred': 'predicate', 'feel': 'predicate', 'adv': 'adverb', 'degree': 'degree', 'noun': 'noun', 'noun_p': 'noun',
    'verb': 'verb', 'verb_past': 'verb_past', 'verb_s': 'verb_s',
}
VOWEL_SOUND = re.compile(r'(?!uni(?!n|m)|use|usu|eu|one\b|once)[aeiou]|hon(?:est|or|our)|hour|heir')


def letters_of(word, cache={}):
    """Every letter that a word can stand for, from its inflections in the lemminflect lexicon."""
    if word not in cache:
        closed = {letter for letter, words in CLOSED.items() if word in words}
        found = set()
        for lemmas in getAllLemmas(word).values():
            for lemma in lemmas:
                for tag, forms in getAllInflections(lemma).items():
                    if word in forms:
                        found |= set(LETTERS.get(tag, ''))
        # An adverb that lemminflect does not know as one is known by its ending.
        if word.endswith('ly'):
            found.add('R')
        cache[word] = closed if closed & set('DITJOB') else closed | found
    return cache[word]


def is_grammatical(row, suggestion):
    if suggestion in row['acceptable']:
        return True
    words = suggestion.split()
    before = re.findall(r"[a-z']+", row['text'].lower().split('<blank>')[0])
    last = before[-1] if before else ''
    if suggestion in row['unacceptable']['ungrammatical'] or not words:
        return False
    if last in ('a', 'an') and bool(VOWEL_SOUND.match(words[0])) != (last == 'an'):
        return False
    kind = SLOTS[row['slot']]
    if kind == 'noun' and {'a', 'an', 'every'} & set(before[-3:]):
        kind = 'noun_one'
    if kind == 'verb' and last in ('we', 'i', 'they', 'and', 'will') and last != 'will':
        kind = 'verb_past'
    if kind == 'adverb' and last in ('feel', 'felt', 'tasted', 'looks'):
        kind = 'predicate'
    pattern = re.compile(PATTERNS[kind])
    return any(pattern.fullmatch(''.join(path)) for path in itertools.product(*(sorted(letters_of(w)) for w in words)))


def negative_words(data):
    import prepare

    return {word for word, polarity in prepare.lexicon_words(data).items() if polarity < -0.25}


def is_negative(row, suggestion, negative):
    if suggestion in row['acceptable']:
        return False
    return bool({suggestion, *suggestion.split()} & (set(row['unacceptable']['negative']) | negative))


def bundled(folder):
    import suggest

    pair = suggest.prepare(suggest.load(folder))
    return lambda text, words: [s['text'] for s in suggest.suggest(pair, text, top_k=5, max_words=words)]


def served(url):
    def ask(text, words):
        body = json.dumps({'text': text, 'top_k': 5, 'max_words': words}).encode()
        request = urllib.request.Request(url, body, {'Content-Type': 'application/json'})
        return [s if isinstance(s, str) else s['text'] for s in json.load(urllib.request.urlopen(request))['suggestions']]

    return ask


def measure(rows, ask, words, negative):
    """Figures over all sentences, and what was suggested for each."""
    answers, times = [], []
    for row in rows:
        began = time.perf_counter()
        answers.append([s.lower() for s in ask(row['text'], words)])
        times.append((time.perf_counter() - began) * 1000)
    number = sum(map(len, answers)) or 1
    pairs = [(row, s) for row, found in zip(rows, answers) for s in found]
    figures = {
        'max_words': words,
        'sentences': len(rows),
        'acceptable_in_first_five': sum(any(s in r['acceptable'] for s in f) for r, f in zip(rows, answers)) / len(rows),
        'acceptable_first': sum(bool(f) and f[0] in r['acceptable'] for r, f in zip(rows, answers)) / len(rows),
        'suggestions_acceptable': sum(s in r['acceptable'] for r, s in pairs) / number,
        'suggestions_grammatical': sum(is_grammatical(r, s) for r, s in pairs) / number,
        'sentences_with_negative': sum(any(is_negative(r, s, negative) for s in f) for r, f in zip(rows, answers)) / len(rows),
        'suggestions_per_sentence': number / len(rows),
        'milliseconds_p50': sorted(times)[len(times) // 2],
        'milliseconds_p95': sorted(times)[int(len(times) * 0.95)],
    }
    return {k: round(v, 4) for k, v in figures.items()}, answers


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True, help='the folder with nltk, for the negative words of its lexicons')
    parser.add_argument('--pair', default=os.path.join(HERE, '..'), help='folder of a bundled pair')
    parser.add_argument('--url', help='address of a served POST /api/suggest instead')
    parser.add_argument('--set', default='sentences.json')
    parser.add_argument('--output', help='file for the figures and every answer')
    parser.add_argument('--show', action='store_true')
    arguments = parser.parse_args()
    with open(os.path.join(HERE, arguments.set), encoding='utf-8') as file:
        rows = json.load(file)
    negative, ask = negative_words(arguments.data), served(arguments.url) if arguments.url else bundled(arguments.pair)
    report = []
    for words in (1, 5):
        figures, answers = measure(rows, ask, words, negative)
        print(json.dumps(figures))
        report.append({'figures': figures, 'answers': {row['text']: found for row, found in zip(rows, answers)}})
        if arguments.show:
            for row, found in zip(rows, answers):
                marks = [('+' if s in row['acceptable'] else '!' if is_negative(row, s, negative) else ' ' if is_grammatical(row, s) else '?') + s for s in found]
                print(f'  {row["text"]:60}', marks)
    if arguments.output:
        with open(arguments.output, 'w', encoding='utf-8') as file:
            json.dump(report, file, indent=1)


if __name__ == '__main__':
    main()
