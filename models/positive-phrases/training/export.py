"""Writes fill.onnx and sentiment.onnx from the trained weights: opset 17, weights stored as float16 or int8."""

import argparse
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import text as t
import train_sentiment as s
from train_fill import MULTIPLIERS, NGRAM_BUCKETS, PAIRS, WINDOW


class Graph:
    """Collects nodes and initializers; every method returns the name of what it adds."""

    def __init__(self):
        self.nodes, self.weights, self.count = [], [], 0

    def add(self, operation, *inputs, name=None, **attributes):
        self.count += 1
        output = name or f'{operation.lower()}_{self.count}'
        self.nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def constant(self, values, kind):
        self.count += 1
        name = f'constant_{self.count}'
        self.weights.append(numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def half(self, tensor):
        """A weight stored as float16; the engine turns it into float32 once, when the session starts."""
        return self.add('Cast', self.constant(tensor.detach().numpy(), np.float16), to=TensorProto.FLOAT)

    def small(self, tensor, indices):
        """Rows of a table stored as int8 with one scale per row, looked up first and widened after."""
        table = tensor.detach().numpy()
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
        rows = self.add('Gather', self.constant(np.round(table / scale), np.int8), indices, axis=0)
        scales = self.add('Gather', self.constant(scale, np.float32), indices, axis=0)
        return self.add('Mul', self.add('Cast', rows, to=TensorProto.FLOAT), scales)

    def whole(self, tensor):
        """A table stored as int8 with one scale per row, widened once, when the session starts."""
        table = tensor.detach().numpy()
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
        rows = self.add('Cast', self.constant(np.round(table / scale), np.int8), to=TensorProto.FLOAT)
        return self.add('Mul', rows, self.constant(scale, np.float32))

    def save(self, path, inputs, outputs, description):
        graph = helper.make_graph(self.nodes, os.path.basename(path)[:-5], inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], producer_name='parley', doc_string=description)
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def window_ids(graph):
    """[rows, 16]: the ids around each row's position, <pad> beyond its ends."""
    padded = graph.add('Pad', 'ids', graph.constant([0, WINDOW, 0, WINDOW], np.int64), graph.constant(t.PAD, np.int64))
    offsets = [WINDOW + o for o in range(-WINDOW, WINDOW + 1) if o != 0]
    column = graph.add('Unsqueeze', 'positions', graph.constant([1], np.int64))
    index = graph.add('Add', column, graph.constant([offsets], np.int64))
    return graph.add('GatherElements', padded, index, axis=1)


def ngram_vectors(graph, state, window):
    """Sum of the vectors of the hashed groups of neighbours: bucket = 1 + (sum of id times multiplier) mod (buckets - 1)."""
    place = lambda offset: WINDOW + offset - (offset > 0)
    slots = [[place(o) for o in group] for group in PAIRS]
    # A group of two takes any column a third time, with multiplier 0.
    columns = [[group[min(k, len(group) - 1)] for group in slots] for k in range(3)]
    multipliers = [[m if k < len(group) else 0 for group in slots] for k, m in enumerate(MULTIPLIERS)]
    mixed, least = graph.constant([[number * 5003 for number in range(len(PAIRS))]], np.int64), None
    for column, multiplier in zip(columns, multipliers):
        words = graph.add('Gather', window, graph.constant(column, np.int64), axis=1)
        mixed = graph.add('Add', mixed, graph.add('Mul', words, graph.constant([multiplier], np.int64)))
        least = words if least is None else graph.add('Min', least, words)
    bucket = graph.add('Add', graph.add('Mod', mixed, graph.constant(NGRAM_BUCKETS - 1, np.int64)), graph.constant(1, np.int64))
    known = graph.add('Cast', graph.add('Greater', least, graph.constant(0, np.int64)), to=TensorProto.INT64)
    table = graph.small(state['groups.weight'], graph.add('Mul', bucket, known))
    return graph.add('ReduceSum', table, graph.constant([1], np.int64), keepdims=0)


def context_of(graph, saved, embedding, window):
    """[rows, width]: the vector of each row's context, by the kind of the checkpoint."""
    state, width = saved['state'], saved['shape'][2]
    dense = lambda values, layer: graph.add('Gemm', values, graph.half(state[layer + '.weight']), graph.half(state[layer + '.bias']), transB=1)
    vectors = graph.add('Gather', embedding, window, axis=0)
    if saved['kind'] == 'window':
        flat = graph.add('Reshape', vectors, graph.constant([-1, 2 * WINDOW * width], np.int64))
        first = graph.add('Relu', dense(flat, 'first'))
        norm = graph.add('LayerNormalization', first, graph.half(state['norm.weight']), graph.half(state['norm.bias']), epsilon=1e-5)
        return dense(graph.add('Add', first, graph.add('Relu', dense(norm, 'second'))), 'last')
    weighted = graph.add('ReduceSum', graph.add('Mul', vectors, graph.half(state['weights'])), graph.constant([1], np.int64), keepdims=0)
    if saved['kind'] == 'log-bilinear':
        return weighted
    if saved['kind'] == 'ngrams':
        total = graph.add('Add', weighted, ngram_vectors(graph, state, window))
        return graph.add('Add', total, dense(graph.add('Relu', dense(total, 'first')), 'last'))
    raise SystemExit(f'{saved["kind"]} is not exported')


def export_fill(checkpoints, path, counts, commonness):
    """The mean of the logits of one or more trained models."""
    graph = Graph()
    window, logits = window_ids(graph), []
    for checkpoint in checkpoints:
        saved = torch.load(checkpoint)
        state, outputs = saved['state'], saved['shape'][1]
        embedding = graph.whole(state['embedding.weight'])
        rows = graph.add('Slice', embedding, graph.constant([0], np.int64), graph.constant([outputs], np.int64), graph.constant([0], np.int64))
        # Words that are likely everywhere can be held back a little, so that what fits this sentence comes first.
        frequency = np.log((counts[:outputs] + 1) / (counts[:outputs] + 1).sum())
        bias = state['bias'] - commonness * torch.tensor(frequency - frequency.mean(), dtype=torch.float32)
        name = 'logits' if len(checkpoints) == 1 else None
        logits.append(graph.add('Gemm', context_of(graph, saved, embedding, window), rows, graph.half(bias), transB=1, name=name))
    if len(logits) > 1:
        graph.add('Mean', *logits, name='logits')
    inputs = [
        helper.make_tensor_value_info('ids', TensorProto.INT64, ['rows', 'length']),
        helper.make_tensor_value_info('positions', TensorProto.INT64, ['rows']),
    ]
    output = [helper.make_tensor_value_info('logits', TensorProto.FLOAT, ['rows', outputs])]
    graph.save(path, inputs, output, 'Logits of the word at one position per row, from the words around it.')


def linear_total(graph, state, prefix, number):
    """Sum of the words' and the word pairs' weights over the root of the number of words."""
    word = graph.add('ReduceSum', graph.add('Gather', graph.half(state[prefix + 'word.weight'][:, 0]), 'ids', axis=0), graph.constant([1], np.int64), keepdims=0)
    axis, end = graph.constant([1], np.int64), graph.constant([np.iinfo(np.int64).max], np.int64)
    before = graph.add('Slice', 'ids', graph.constant([0], np.int64), graph.constant([-1], np.int64), axis)
    after = graph.add('Slice', 'ids', graph.constant([1], np.int64), end, axis)
    mixed = graph.add('Add', graph.add('Mul', before, graph.constant(s.FIRST_MULTIPLIER, np.int64)), graph.add('Mul', after, graph.constant(s.SECOND_MULTIPLIER, np.int64)))
    bucket = graph.add('Add', graph.add('Mod', mixed, graph.constant(s.BUCKETS - 1, np.int64)), graph.constant(1, np.int64))
    present = graph.add('Cast', graph.add('Greater', after, graph.constant(0, np.int64)), to=TensorProto.INT64)
    pair = graph.add('ReduceSum', graph.add('Gather', graph.half(state[prefix + 'pair.weight'][:, 0]), graph.add('Mul', bucket, present), axis=0), graph.constant([1], np.int64), keepdims=0)
    scaled = graph.add('Div', graph.add('Add', word, pair), graph.add('Sqrt', number))
    return graph.add('Add', scaled, graph.half(state[prefix + 'bias']))


def network_logit(graph, state, mask, number):
    """The convolution over the words' vectors, added to the linear model."""
    vectors = graph.add('Transpose', graph.add('Gather', graph.half(state['embedding.weight']), 'ids', axis=0), perm=[0, 2, 1])
    hidden = graph.add('Relu', graph.add('Conv', vectors, graph.half(state['convolution.weight']), graph.half(state['convolution.bias']), kernel_shape=[3], pads=[1, 1]))
    hidden = graph.add('Mul', hidden, graph.add('Unsqueeze', mask, graph.constant([1], np.int64)))
    highest = graph.add('ReduceMax', hidden, axes=[2], keepdims=0)
    total = graph.add('ReduceSum', hidden, graph.constant([2], np.int64), keepdims=0)
    mean = graph.add('Div', total, graph.add('Unsqueeze', graph.add('Sqrt', number), graph.constant([1], np.int64)))
    last = graph.add('Gemm', graph.add('Concat', highest, mean, axis=1), graph.half(state['last.weight']), graph.half(state['last.bias']), transB=1)
    return graph.add('Add', linear_total(graph, state, 'linear.', number), graph.add('Squeeze', last, graph.constant([1], np.int64)))


def export_sentiment(checkpoints, path):
    """The mean of the log odds of one or more trained networks."""
    graph = Graph()
    mask = graph.add('Cast', graph.add('Greater', 'ids', graph.constant(0, np.int64)), to=TensorProto.FLOAT)
    number = graph.add('Max', graph.add('ReduceSum', mask, graph.constant([1], np.int64), keepdims=0), graph.constant(1, np.float32))
    logits = []
    for checkpoint in checkpoints:
        saved = torch.load(checkpoint)
        kind = {'linear': lambda state: linear_total(graph, state, '', number), 'network': lambda state: network_logit(graph, state, mask, number)}
        logits.append(kind[saved['kind']](saved['state']))
    logit = logits[0] if len(logits) == 1 else graph.add('Mean', *logits)
    graph.add('Sigmoid', logit, name='positivity')
    inputs = [helper.make_tensor_value_info('ids', TensorProto.INT64, ['rows', 'length'])]
    output = [helper.make_tensor_value_info('positivity', TensorProto.FLOAT, ['rows'])]
    graph.save(path, inputs, output, 'Probability that each row of words sounds positive.')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--fill', nargs='*', help='one or more; their logits are averaged')
    parser.add_argument('--sentiment', nargs='*', help='one or more; their log odds are averaged')
    parser.add_argument('--work', required=True)
    parser.add_argument('--commonness', type=float, default=0.0)
    parser.add_argument('--output', required=True)
    arguments = parser.parse_args()
    if arguments.fill:
        export_fill(arguments.fill, os.path.join(arguments.output, 'fill.onnx'), np.load(os.path.join(arguments.work, 'words.npz'))['counts'], arguments.commonness)
    if arguments.sentiment:
        export_sentiment(arguments.sentiment, os.path.join(arguments.output, 'sentiment.onnx'))


if __name__ == '__main__':
    main()
