// The operations as outsiders see them, as literals on purpose: a change here is a change for every caller.

export const PINS = [
  {
    name: 'list_models',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {},
      additionalProperties: false,
    },
    output: {
      required: ['models', 'samples'],
      optional: [],
    },
  },
  {
    name: 'describe_model',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
          description: 'Number of a version; the live one when left out',
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: [
        'name',
        'title',
        'description',
        'aliases',
        'deployed',
        'live_version',
        'version',
        'model_version',
        'task',
        'inputs',
        'names_known',
        'outputs',
        'endpoint',
        'example',
        'curl',
        'origin',
        'created_at',
        'metrics',
        'warnings',
        'versions',
      ],
      optional: [
        'card',
        'classes',
        'positive_label',
        'target',
        'unit',
        'risk_bands',
        'confidence_bands',
        'evaluation',
        'importance',
      ],
    },
  },
  {
    name: 'deploy_model',
    effect: 'write',
    cost: 'heavy',
    input: {
      type: 'object',
      properties: {
        upload: {
          description: 'Handle of an uploaded model file',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        sample: {
          description: 'Name of a sample model',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        remote: {
          description:
            'Address of a model on another inference server (Triton, KServe), such as http://triton:8000/v2/models/churn',
          type: 'string',
          minLength: 1,
          maxLength: 2048,
        },
        name: {
          description:
            'Name for the endpoint, made from the file name when left out; alone, the stored model that goes live again',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        title: {
          description: 'What people call the model, e.g. "customer churn"',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        features: {
          description: 'Names of the inputs in column order, for files that hold none',
          minItems: 1,
          maxItems: 10000,
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
          },
        },
        classes: {
          description: 'Names of the classes in the order of their codes',
          minItems: 1,
          maxItems: 10000,
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
          },
        },
        positive_label: {
          description: 'The class whose probability an answer is about',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        lookup: {
          description:
            'Handle of an uploaded CSV table whose figures are joined to each request by a key',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        lookup_key: {
          description: 'The column of the table that requests carry, such as zipcode',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        lookup_unknown: {
          description:
            'What happens to a key that the table lacks: an error, or the middle of each column; refuse when left out',
          type: 'string',
          enum: ['refuse', 'median'],
        },
        accept: {
          description:
            'All columns that requests may carry, in their order; the model looks at its own alone',
          minItems: 1,
          maxItems: 10000,
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
          },
        },
        description: {
          description: 'What the model is for',
          type: 'string',
          maxLength: 2000,
        },
        card: {
          description: 'What there is to know about the model, as markdown of at most 64 KB',
          type: 'string',
          maxLength: 65536,
        },
        deploy: {
          description: 'False stores the version without going live; true when left out',
          type: 'boolean',
        },
      },
      additionalProperties: false,
    },
    output: {
      required: [
        'name',
        'title',
        'version',
        'model_version',
        'result',
        'deployed',
        'endpoint',
        'library',
        'library_version',
        'model_class',
        'task',
        'inputs',
        'names_known',
        'outputs',
        'example',
        'warnings',
      ],
      optional: ['classes', 'positive_label', 'target', 'unit', 'risk_bands', 'confidence_bands'],
    },
  },
  {
    name: 'undeploy_model',
    effect: 'write',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: ['model', 'title', 'deployed', 'previous_version'],
      optional: [],
    },
  },
  {
    name: 'delete_model',
    effect: 'destructive',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        confirmation: {
          description:
            'The token that the first answer gave with its question, once the person has said yes to it; in a conversation they are asked instead',
          type: 'string',
          minLength: 1,
          maxLength: 100,
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: ['model', 'title', 'versions_deleted'],
      optional: [],
    },
  },
  {
    name: 'predict',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        features: {
          type: 'object',
          propertyNames: {
            type: 'string',
          },
          additionalProperties: {
            type: ['number', 'string', 'boolean', 'null'],
          },
          description:
            'One value for each input of the model, by its name; null for a missing value',
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
          description: 'Number of a version; the live one when left out',
        },
      },
      required: ['model', 'features'],
      additionalProperties: false,
    },
    output: {
      required: ['model', 'title', 'model_version', 'task', 'prediction', 'inputs', 'latency_ms'],
      optional: [
        'predicted_label',
        'class_probabilities',
        'suggestions',
        'positive_label',
        'probability',
        'risk',
        'confidence',
        'risk_bands',
        'target',
        'unit',
      ],
    },
  },
  {
    name: 'predict_batch',
    effect: 'read',
    cost: 'heavy',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        rows: {
          description: 'One object of features for each row',
          minItems: 1,
          maxItems: 1000,
          type: 'array',
          items: {
            type: 'object',
            propertyNames: {
              type: 'string',
            },
            additionalProperties: {
              type: ['number', 'string', 'boolean', 'null'],
            },
            description:
              'One value for each input of the model, by its name; null for a missing value',
          },
        },
        upload: {
          description: 'Handle of an uploaded table with a column for each input',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
          description: 'Number of a version; the live one when left out',
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: [
        'model',
        'model_version',
        'task',
        'rows',
        'scored',
        'failed',
        'summary',
        'first_rows',
        'problems',
        'latency_ms',
      ],
      optional: ['unit', 'predictions', 'result'],
    },
  },
  {
    name: 'explain_prediction',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        features: {
          type: 'object',
          propertyNames: {
            type: 'string',
          },
          additionalProperties: {
            type: ['number', 'string', 'boolean', 'null'],
          },
          description:
            'One value for each input of the model, by its name; null for a missing value',
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
          description: 'Number of a version; the live one when left out',
        },
        instead_of: {
          type: 'object',
          propertyNames: {
            type: 'string',
          },
          additionalProperties: {
            type: ['number', 'string', 'boolean', 'null'],
          },
          description: 'Another row, such as the one before a change, to compare this one with',
        },
      },
      required: ['model', 'features'],
      additionalProperties: false,
    },
    output: {
      required: [
        'model',
        'title',
        'model_version',
        'task',
        'prediction',
        'inputs',
        'latency_ms',
        'scale',
        'method',
        'baseline',
        'margin',
        'contributions',
      ],
      optional: [
        'predicted_label',
        'class_probabilities',
        'suggestions',
        'positive_label',
        'probability',
        'risk',
        'confidence',
        'risk_bands',
        'target',
        'unit',
        'explained',
        'background',
        'compared',
      ],
    },
  },
  {
    name: 'list_versions',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: ['model', 'title', 'live_version', 'versions'],
      optional: [],
    },
  },
  {
    name: 'promote_version',
    effect: 'write',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
          description: 'Number of the version that goes live',
        },
      },
      required: ['model', 'version'],
      additionalProperties: false,
    },
    output: {
      required: ['model', 'title', 'version', 'model_version', 'previous_version', 'endpoint'],
      optional: [],
    },
  },
  {
    name: 'set_traffic',
    effect: 'write',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        shares: {
          description:
            'Percent of the requests by the number of a version ({"1": 90, "2": 10}); the live version gets what is left over, and all of it where this is left out',
          type: 'object',
          propertyNames: { type: 'string' },
          additionalProperties: { type: 'number', minimum: 0, maximum: 100 },
        },
        shadow: {
          description:
            'Numbers of versions that are run beside the answering one, compared, and never returned',
          maxItems: 3,
          type: 'array',
          items: { type: 'integer', minimum: 1, maximum: 9007199254740991 },
        },
        maximum_error_percent: {
          description:
            'A version beside the live one that fails more than this, and more than the live one, takes itself out',
          type: 'number',
          minimum: 0,
          maximum: 100,
        },
        maximum_latency_ms: {
          description:
            'A version beside the live one whose 95th percentile is above this takes itself out',
          type: 'number',
          exclusiveMinimum: 0,
        },
        minimum_requests: {
          description: 'No version is judged by fewer requests; 100 where left out',
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: [
        'model',
        'title',
        'live_version',
        'previous_version',
        'shares',
        'shadow',
        'roll_back',
        'endpoint',
      ],
      optional: [],
    },
  },
  {
    name: 'model_metrics',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: [
        'model',
        'title',
        'version',
        'model_version',
        'deployed',
        'metrics',
        'requests',
        'rows',
        'errors',
        'latency_ms',
        'traffic',
        'rolled_back',
      ],
      optional: [],
    },
  },
  {
    name: 'check_drift',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        model: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'The model: its name, its title or another name people use for it',
        },
        version: {
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
          description: 'Number of a version; the live one when left out',
        },
      },
      required: ['model'],
      additionalProperties: false,
    },
    output: {
      required: [
        'model',
        'title',
        'version',
        'model_version',
        'verdict',
        'reference_rows',
        'rows',
        'answers',
        'since',
        'features',
        'predictions',
        'live',
      ],
      optional: [],
    },
  },
  {
    name: 'train_model',
    effect: 'write',
    cost: 'heavy',
    input: {
      type: 'object',
      properties: {
        upload: {
          description: 'Handle of an uploaded table: CSV, JSON lines or Parquet',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        data: {
          description: 'Name of a data set that Parley knows, such as iris',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        target: {
          description: 'The column to predict; upper and lower case do not matter',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        features: {
          description: 'Learn from these columns; all that make sense when left out',
          minItems: 1,
          maxItems: 10000,
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
          },
        },
        leave_out: {
          description: 'Never learn from these columns, such as one that gives the target away',
          minItems: 1,
          maxItems: 10000,
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
          },
        },
        task: {
          description: 'The values of the target decide when left out',
          type: 'string',
          enum: ['classification', 'regression'],
        },
        learner: {
          description:
            'What learns; auto compares a few and takes the best, and is meant when left out',
          type: 'string',
          enum: ['auto', 'logreg', 'ridge', 'knn', 'rf', 'hgb', 'tfidf'],
        },
        seed: {
          description: '42 when left out',
          type: 'integer',
          minimum: -9007199254740991,
          maximum: 9007199254740991,
        },
        test_size: {
          description: 'Share of the rows to test on; 0.2 when left out',
          type: 'number',
          minimum: 0.05,
          maximum: 0.5,
        },
        name: {
          description: 'Name for the endpoint, made from the target when left out',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        deploy: {
          description:
            'True deploys the model at once; false when left out, and deploy_model does it later',
          type: 'boolean',
        },
      },
      additionalProperties: false,
    },
    output: {
      required: [
        'run',
        'data',
        'target',
        'task',
        'features',
        'learner',
        'learner_title',
        'settings',
        'seed',
        'test_size',
        'rows',
        'comparison',
        'metrics',
        'baseline',
        'importance',
        'warnings',
        'leaks',
        'result',
        'can_deploy',
        'deployed',
        'duration_seconds',
      ],
      optional: ['evaluation'],
    },
  },
  {
    name: 'suggest_phrases',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        text: {
          description: 'An English sentence with one <blank>: "have a <blank> day"',
          type: 'string',
        },
        texts: {
          description: 'Several sentences with one <blank> each, in place of text',
          minItems: 1,
          maxItems: 32,
          type: 'array',
          items: { type: 'string' },
        },
        top_k: {
          description: 'How many suggestions, 5 if not said',
          type: 'integer',
          minimum: 1,
          maximum: 20,
        },
        min_positivity: {
          description: 'Leaves out what sounds less positive than this, from 0 to 1',
          type: 'number',
          minimum: 0,
          maximum: 1,
        },
        max_words: {
          description: 'Longest phrase, in words; 1 if not said',
          type: 'integer',
          minimum: 1,
          maximum: 5,
        },
        model: {
          description:
            'A model that fills blanks; the deployed one, or the one of Parley, if not said',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
        version: {
          description: 'Number of a version; the live one when left out',
          type: 'integer',
          minimum: 1,
          maximum: 9007199254740991,
        },
        scores: { description: 'Adds the scores that the order was made by', type: 'boolean' },
      },
      additionalProperties: false,
    },
    output: {
      required: ['model_version', 'latency_ms'],
      optional: ['text', 'suggestions', 'scored', 'results'],
    },
  },
  {
    name: 'help',
    effect: 'read',
    cost: 'instant',
    input: {
      type: 'object',
      properties: {
        topic: {
          description: 'What the help is about: an operation or a word such as "deploy"',
          type: 'string',
          minLength: 1,
          maxLength: 200,
        },
      },
      additionalProperties: false,
    },
    output: {
      required: ['topic', 'operations', 'suggestions', 'models'],
      optional: [],
    },
  },
] as const
