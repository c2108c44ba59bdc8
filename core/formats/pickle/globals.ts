// Which Python names a pickle may mention: known ones, harmless strangers, and those that end the reading.

import { FormatError } from '../format-error.ts'
import type { GlobalRef } from './value.ts'

const WHITESPACE = /\s+/
const UNPRINTABLE = /[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffff]/g

/** scikit-learn carried its own joblib until 0.22. */
const VENDORED_JOBLIB = /^sklearn\.externals\.joblib\./

/** Modules whose names run programs, reach files or the network, or look things up at will. */
const DANGEROUS_MODULES = words(`
  os posix nt posixpath ntpath _posixsubprocess subprocess commands popen2 sys pty shutil tempfile signal
  resource ctypes _ctypes cffi mmap socket _socket ssl select http httplib urllib urllib2 urllib3 requests
  aiohttp httpx ftplib smtplib telnetlib poplib imaplib nntplib xmlrpc webbrowser asyncio multiprocessing
  concurrent threading _thread thread importlib _frozen_importlib imp runpy pkgutil zipimport site pip
  ensurepip venv distutils setuptools pkg_resources code codeop pdb bdb cProfile profile pstats trace timeit
  doctest pydoc idlelib lib2to3 inspect gc marshal pickle _pickle cPickle pickletools shelve dbm sqlite3
  operator _operator _osx_support _aix_support _pyrepl linecache fileinput glob jinja2 bottle flask django
  IPython fabric paramiko nose pytest _pytest
`)

/** Built-in functions that run, reach or change what they are given. */
const DANGEROUS_BUILTINS = words(`
  eval exec execfile compile open file getattr setattr delattr hasattr __import__ globals locals vars dir
  input raw_input breakpoint apply map filter reduce exit quit help license credits copyright reload
  memoryview type super property classmethod staticmethod __build_class__ print
`)

/** Names that are dangerous inside modules that are not. */
const DANGEROUS_NAMES = words(`
  io.open io.open_code io.FileIO _io.open _io.open_code _io.FileIO codecs.open functools.reduce
  itertools.starmap types.MethodType logging.config.listen numpy.load numpy.loads numpy.fromfile
  numpy.genfromtxt numpy.loadtxt numpy.core.records.fromfile joblib.load
  joblib.numpy_pickle.load pandas.read_pickle pandas.eval numpy.testing._private.utils.runstring
`)

/** Libraries whose files Parley refuses by name, with what to do instead. Keys are top-level packages. */
const REFUSED_LIBRARIES: Readonly<Record<string, string>> = {
  keras: kerasReason(),
  tensorflow: kerasReason(),
  tf_keras: kerasReason(),
  scikeras: kerasReason(),
  torch: torchReason(),
  torchvision: torchReason(),
  fastai: torchReason(),
  pytorch_lightning: torchReason(),
  cloudpickle: codeReason('cloudpickle'),
  dill: codeReason('dill'),
}

/** Built-in types that innocent pickles name. */
const KNOWN_BUILTINS = words(`
  bytearray bytes set slice dict list tuple int long float str unicode bool object frozenset complex range
  xrange Ellipsis NotImplemented
`)

/** Callables and types that innocent model files name, beside estimator classes. */
const KNOWN_NAMES = words(`
  collections.OrderedDict collections.defaultdict collections.Counter _codecs.encode
  copyreg._reconstructor copyreg.__newobj__ functools.partial
  numpy.dtype numpy.ndarray numpy.matrix numpy.core._ufunc_reconstruct
  numpy.core.multiarray._reconstruct numpy.core.multiarray.scalar numpy.core.numeric._frombuffer
  numpy.matrixlib.defmatrix.matrix numpy.ma.core._mareconstruct numpy.ma.core.MaskedArray
  numpy.ma.MaskedArray numpy.random._pickle.__randomstate_ctor numpy.random._pickle.__generator_ctor
  numpy.random._pickle.__bit_generator_ctor numpy.random.__RandomState_ctor
  numpy.random._mt19937.MT19937 numpy.random._pcg64.PCG64 numpy.random.bit_generator.SeedSequence
  numpy.random.bit_generator.__pyx_unpickle_SeedSequence numpy.random._generator.Generator
  numpy.random.mtrand.RandomState pandas.core.indexes.base._new_Index
  pandas._libs.internals._unpickle_block pandas._libs.arrays.__pyx_unpickle_NDArrayBacked
  sklearn.neighbors._kd_tree.newObj sklearn.neighbors._ball_tree.newObj
  sklearn.metrics._dist_metrics.newObj sklearn.utils.validation.check_array
  sklearn.compose._column_transformer.make_column_selector
`)

/** numpy's scalar types and the ufuncs that FunctionTransformer holds. */
const KNOWN_NUMPY =
  /^numpy\.(core\._multiarray_umath\.)?(float|int|uint|complex|bool|str|bytes|object|datetime|timedelta|longlong|ulonglong|void|float_|str_|bool_|bytes_|object_|log|log1p|log10|log2|exp|expm1|sqrt|square|abs|absolute)_?\d*$/

/** Packages whose classes (CapWords) are estimators and their parts. Never called, so a class is only a name. */
const ESTIMATOR_CLASS =
  /^(xgboost|sklearn|lightgbm|catboost|scipy|pandas|imblearn|category_encoders|joblib)(\.\w+)*\.(_*[A-Z]\w*|__pyx_unpickle_\w+)$/

const SCIPY_MATRIX =
  /^scipy\.sparse(\._?(csr|csc|coo|dia|bsr|lil|dok))?\.(csr|csc|coo|dia|bsr|lil|dok)_(matrix|array)$/

/** Python 2 names that Python 3 writes under protocols 0 to 2. */
const RENAMED_MODULES: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  copy_reg: 'copyreg',
}

/**
 * The inert form of a name in a pickle.
 * @throws FormatError when the name stands for running code, reaching files or network, or a refused library.
 */
export function createGlobal(module: string, name: string, offset: number): GlobalRef {
  const renamed = Object.hasOwn(RENAMED_MODULES, module) ? RENAMED_MODULES[module] : module
  const ref: GlobalRef = { kind: 'global', module: renamed ?? module, name, offset }
  refuseDangerous(ref)
  return ref
}

/** `module.name`, with numpy 2's private module names turned to the older public ones. */
export function qualifiedName(ref: GlobalRef): string {
  const module = ref.module.startsWith('numpy._core')
    ? `numpy.core${ref.module.slice('numpy._core'.length)}`
    : ref.module
  return `${module}.${ref.name}`
}

/** True for names that model files are known to hold; strangers stay inert but make a model unusable. */
export function isKnownGlobal(ref: GlobalRef): boolean {
  if (ref.module === 'builtins') return KNOWN_BUILTINS.has(ref.name)
  const name = qualifiedName(ref).replace(VENDORED_JOBLIB, 'joblib.')
  return (
    KNOWN_NAMES.has(name) ||
    KNOWN_NUMPY.test(name) ||
    ESTIMATOR_CLASS.test(name) ||
    SCIPY_MATRIX.test(name)
  )
}

function refuseDangerous(ref: GlobalRef): void {
  const path = `${ref.module}.${ref.name}`
  const segments = path.split('.')
  const root = segments[0] ?? ''
  const reason = Object.hasOwn(REFUSED_LIBRARIES, root) ? REFUSED_LIBRARIES[root] : undefined
  if (reason !== undefined) throw new FormatError(reason, ref.offset)
  if (segments.includes('cloudpickle')) throw new FormatError(codeReason('cloudpickle'), ref.offset)
  if (path.includes('<lambda>') || (root === 'types' && ref.name.endsWith('Type'))) {
    throw new FormatError(codeReason('a lambda or a function'), ref.offset)
  }
  // A dotted name walks through attributes, so `joblib` + `os.system` reaches os as well.
  const hidden = segments
    .slice(0, -1)
    .some((part) => part === 'os' || part === 'sys' || part === 'subprocess')
  if (DANGEROUS_MODULES.has(root) || isDangerousName(ref) || hidden) {
    throw new FormatError(
      `This file asks Python to run ${printable(path)} when it is opened; Parley never runs anything in a file, and it refuses this one.`,
      ref.offset,
    )
  }
}

function isDangerousName(ref: GlobalRef): boolean {
  return ref.module === 'builtins'
    ? DANGEROUS_BUILTINS.has(ref.name.split('.')[0] ?? '')
    : DANGEROUS_NAMES.has(qualifiedName(ref))
}

/** A name from a file, safe to show: no control characters, of bounded length. */
export function printable(name: string): string {
  const clean = name.replace(UNPRINTABLE, '?')
  return clean.length > 120 ? `${clean.slice(0, 117)}…` : clean
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(WHITESPACE))
}

function kerasReason(): string {
  return 'This file holds a Keras (TensorFlow) model, which rebuilds itself by running Python code when it is opened; Parley never runs anything in a file. Export the model to ONNX (tf2onnx) and upload the .onnx file.'
}

function torchReason(): string {
  return 'This file holds a PyTorch model, which needs its Python class to be run; Parley never runs anything in a file. Export it with torch.onnx.export and upload the .onnx file.'
}

function codeReason(source: string): string {
  return `This file carries Python code (${source}), which would have to be run; Parley never runs anything in a file. Save the fitted model alone with pickle or joblib, without lambdas or functions of your own.`
}
