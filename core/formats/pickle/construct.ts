// What "calling" and "building" mean without Python: a record of what was asked, or plain data for known idioms.

import { FormatError } from '../format-error.ts'
import { ENTRY_BYTES, OBJECT_BYTES } from '../limits.ts'
import { fillArray } from './arrays.ts'
import { printable, qualifiedName } from './globals.ts'
import { IDIOMS } from './idioms.ts'
import { charge, type Machine } from './stack.ts'
import type { GlobalRef, PickleDict, PickleRecord, PickleValue } from './value.ts'

/** REDUCE: `callable(*args)` as a record, or as the value it stands for where the idiom is known. */
export function reduceCall(
  machine: Machine,
  callable: PickleValue,
  args: readonly PickleValue[],
): PickleValue {
  const target = requireGlobal(machine, callable)
  const idiom = IDIOMS.get(qualifiedName(target))
  return idiom?.(args, machine) ?? createRecord(machine, target, args, null)
}

/** NEWOBJ, NEWOBJ_EX, INST, OBJ: an instance of a class, empty so far. */
export function instantiate(
  machine: Machine,
  callable: PickleValue,
  args: readonly PickleValue[],
  kwargs: PickleDict | null,
): PickleValue {
  const target = requireGlobal(machine, callable)
  const idiom = kwargs === null ? IDIOMS.get(qualifiedName(target)) : undefined
  return idiom?.(args, machine) ?? createRecord(machine, target, args, kwargs)
}

/** BUILD: gives an object its state. What is returned takes the object's place on the stack. */
export function buildState(machine: Machine, target: PickleValue, state: PickleValue): PickleValue {
  if (typeof target === 'object' && target !== null && 'kind' in target) {
    if (target.kind === 'record') {
      target.state = mergeState(machine, target.state, state)
      return machine.onBuilt?.(target, machine.cursor, machine.budget) ?? target
    }
    if (target.kind === 'ndarray' && machine.unfilled.delete(target)) {
      fillArray(target, state, machine.budget, machine.at)
      return target
    }
    // Attributes of an OrderedDict or defaultdict: they say nothing about its entries.
    if (target.kind === 'dict') return target
  }
  throw new FormatError(
    'This pickle is damaged: it gives a state to something that has none.',
    machine.at,
  )
}

/** A second BUILD adds to the attributes of the first, as Python's update of `__dict__` does. */
function mergeState(machine: Machine, before: PickleValue, state: PickleValue): PickleValue {
  if (!isDict(before) || !isDict(state)) return state
  charge(machine, OBJECT_BYTES + ENTRY_BYTES * (before.entries.size + state.entries.size))
  return { kind: 'dict', entries: new Map([...before.entries, ...state.entries]) }
}

function createRecord(
  machine: Machine,
  callable: GlobalRef,
  args: readonly PickleValue[],
  kwargs: PickleDict | null,
): PickleRecord {
  charge(machine, OBJECT_BYTES * 4)
  return {
    kind: 'record',
    callable,
    args,
    kwargs,
    state: null,
    listItems: [],
    dictItems: new Map(),
    offset: machine.at,
  }
}

function requireGlobal(machine: Machine, callable: PickleValue): GlobalRef {
  if (typeof callable === 'object' && callable !== null && 'kind' in callable) {
    if (callable.kind === 'global') return callable
    if (callable.kind === 'record') {
      const name = printable(qualifiedName(callable.callable))
      throw new FormatError(
        `This file asks Python to call what ${name} returned; Parley never runs anything in a file, and it refuses this one.`,
        machine.at,
      )
    }
  }
  throw new FormatError('This pickle is damaged: it calls something that is no name.', machine.at)
}

function isDict(value: PickleValue): value is PickleDict {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'dict'
}
