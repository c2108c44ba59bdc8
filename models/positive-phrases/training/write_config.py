"""Writes config.json: what a reader of the pair needs to know, and the hashes by which it knows the files."""

import argparse
import hashlib
import json
import os

import onnx

FILES = ['fill.onnx', 'sentiment.onnx', 'vocabulary.txt', 'phrases.txt']

SETTINGS = {
    'format': 1,
    'name': 'positive-phrases',
    'title': 'Positive phrases',
    'description': 'Fills the blank of an English sentence with words that make it sound positive.',
    'aliases': ['phrases', 'suggestions'],
    'task': 'fill_mask',
    # Made when it is deployed, of the files below.
    'file': 'positive-phrases.zip',
    'language': 'en',
    'features': {'text': {'description': 'An English sentence with one <blank>', 'example': 'have a <blank> day'}},
    'examples': ['Suggest something positive for: the application was <blank>'],
    # One step proposes, the other scores each completed sentence.
    'steps': [
        {'kind': 'fill_mask', 'family': 'words', 'graph': 'fill.onnx', 'vocabulary': 'vocabulary.txt', 'phrases': 'phrases.txt'},
        {'kind': 'sentiment', 'family': 'words', 'graph': 'sentiment.onnx', 'vocabulary': 'vocabulary.txt'},
    ],
    'tokens': {'pad': 0, 'start': 1, 'end': 2, 'mask': 3, 'number': 4, 'unknown_endings': ['ly', 'ing', 'ed', 's', ''], 'first_unknown': 5, 'first_word': 10},
    'defaults': {'top_k': 5, 'min_positivity': 0.6, 'max_words': 1},
    'limits': {'words_in_text': 60, 'max_words': 5},
    # Chosen on quality/development.json by choose.py.
    'parameters': {'candidates': 60, 'beam': 3, 'phrases': 5, 'bound': 4.0, 'alone': 0.85, 'positivity': 0.75, 'per_word': 0.3, 'phrase': 0.5},
    'filter': {
        # Shards of words and abbreviations, and what does not belong into a suggestion to a stranger: never suggested.
        'never': (
            "mr mrs ms etc oh eh um gt lt quot amp t s co sec cons pros xtc cam ppm "
            "sex sexy sexual sexually sexuality naked nude porn erotic erotically sensual seductive gay lesbian drug drugs christian jewish muslim "
        ).split(),
        # Nothing suggested begins with these.
        'not_first': (
            "to at of than and or but i i'm i'd i'll i've he he's she she's it it's we they you you're we're they're ever "
        ).split(),
        # Nothing suggested ends with these; two suggestions may share them.
        'not_last': (
            "the a an of to in on at by for with from as and or but nor if than that which who whom whose what because "
            "although though while so such too very more most less least not no is am are was were be been being do does "
            "did have has had will would can could shall should may might must my your his its our their this these those "
            "each every either neither between into onto upon per about us i'm it it's you're we're they're i'd i'll i've "
            "you'll you've we've they've quite rather really extremely even just almost also only your any some other "
            "another there "
        ).split(),
        # Not a suggestion by themselves, only inside a phrase.
        'not_alone': (
            "i i'm i'd i'll i've he's she's i you he she it we they me him her us them all one ones another up out off down "
            "over back way thing things something anything everything nothing much many same own "
            "two three four five six seven eight nine ten hundred thousand today tomorrow yesterday tonight now then here there "
        ).split(),
        # Words that take `an`.
        'vowel_sound': '^(?:(?!uni(?!n|m)|use|usa|usu|uti|one\\b|once|eu|ewe)[aeiou]|hon(?:est|or|our)|hour|heir)',
    },
}


def digest(path):
    with open(path, 'rb') as file:
        content = file.read()
    return {'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()}


def tensors(path):
    """Names, types and shapes of a graph's inputs and outputs."""
    graph = onnx.load(path).graph

    def describe(values):
        kinds = {onnx.TensorProto.INT64: 'int64', onnx.TensorProto.FLOAT: 'float32'}
        return [{'name': v.name, 'type': kinds[v.type.tensor_type.elem_type], 'shape': [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]} for v in values]

    return {'inputs': describe(graph.input), 'outputs': describe(graph.output)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    folder = parser.parse_args().folder
    files = {name: digest(os.path.join(folder, name)) for name in FILES if os.path.exists(os.path.join(folder, name))}
    graphs = {name[:-5]: {'file': name, **tensors(os.path.join(folder, name))} for name in files if name.endswith('.onnx')}
    with open(os.path.join(folder, 'config.json'), 'w', encoding='utf-8') as file:
        json.dump({**SETTINGS, 'models': graphs, 'files': files}, file, indent=2, ensure_ascii=False)
        file.write('\n')


if __name__ == '__main__':
    main()
