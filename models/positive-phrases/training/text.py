"""Text to ids, exactly as tokenisation.md says: the one place where the Python side reads words."""

import re
import unicodedata

TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|[0-9]+|[.,!?;:]")
COMBINING = re.compile('[\u0300-\u036f]')
APOSTROPHES = re.compile('[\u2018\u2019\u02bc`\u00b4]')
BLANK = re.compile(r'<blank>|\[blank\]|_{3,}', re.IGNORECASE)

PAD, START, END, MASK, NUMBER = 0, 1, 2, 3, 4
# An unknown word still says what kind of word it is by its ending; the first ending that fits counts.
UNKNOWN_ENDINGS = ['ly', 'ing', 'ed', 's', '']
SPECIALS = ['<pad>', '<s>', '</s>', '<mask>', '<number>'] + [f'<unknown{e and "-" + e}>' for e in UNKNOWN_ENDINGS]
FIRST_UNKNOWN = 5


def fold(text):
    """Lower case, one kind of apostrophe, letters without their accents."""
    text = APOSTROPHES.sub("'", text.lower())
    return COMBINING.sub('', unicodedata.normalize('NFKD', text))


def split(text):
    return TOKEN.findall(fold(text))


def unknown_id(word):
    for offset, ending in enumerate(UNKNOWN_ENDINGS):
        if word.endswith(ending):
            return FIRST_UNKNOWN + offset
    raise AssertionError('the empty ending fits every word')


def word_id(word, index):
    if word[0] in '0123456789':
        return NUMBER
    return index.get(word) or unknown_id(word)


def load_vocabulary(path):
    """vocabulary.txt holds one token per line; its line number, from 0, is its id."""
    with open(path, encoding='utf-8') as file:
        words = file.read().split('\n')[:-1]
    return words, {word: number for number, word in enumerate(words)}


def encode(text, index):
    return [word_id(word, index) for word in split(text)]


def encode_with_blank(text, index):
    """Ids before and after the one blank of a text."""
    before, after = BLANK.split(text)
    return encode(before, index), encode(after, index)
