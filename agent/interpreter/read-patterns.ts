// How people ask to see something: patterns per operation, tried in order over the whole message.

import type { OperationName } from '#core/operations/operation.ts'

export type ReadOperation = Extract<
  OperationName,
  'list_models' | 'describe_model' | 'list_versions' | 'model_metrics' | 'check_drift' | 'help'
>

export interface ReadPattern {
  readonly operation: ReadOperation
  readonly pattern: RegExp
  /** `named`: a model stands in the message; `context`: "it" may also mean the last one; `none`: no model at all. */
  readonly model: 'named' | 'context' | 'none'
}

/** "which model predicts the price of a house?" */
export const MODEL_FOR_PATTERN =
  /\b(?:which|what) (?:one )?(?:of (?:the|your|our|these|those) )?models? (?:(?:here|there|do you have|have you got|is there) )?(?:that |which )?(?:is|are|do|does|for|to|predicts?|tells?|estimates?|forecasts?|classif\w+|knows?|handles?|works?|fits?|suits?|can|could|should|would|will|shall|must|helps?|says?|detects?|recogni[sz]es?)\b|\b(?:is there|have you got|do you have|got|have we got|do we have|need|want|looking for) (?:a|any|some) models? (?:for|to|that|which)\b/

const rows = (
  operation: ReadOperation,
  model: ReadPattern['model'],
  patterns: readonly RegExp[],
): ReadPattern[] => patterns.map((pattern) => ({ operation, model, pattern }))

export const READ_PATTERNS: readonly ReadPattern[] = [
  ...rows('check_drift', 'context', [
    /\b(?:data |concept |feature |input |prediction |model |covariate |label )?drift(?:s|ed|ing)?\b(?!.*\bNUM\b)/,
    // Without a number beside it: "psi 30" is an input.
    /\b(?:psi|population stability|kolmogorov|smirnov|jensen|shannon)\b(?!.*\bNUM\b)/,
    /\b(?:still|does|do|have|has|did) .*\b(?:look|looks|looked|resemble|resembles|match|matches|like) .*\b(?:training (?:data|set|rows|sample)|(?:it|they) (?:was|were) trained on|training)\b/,
    /\b(?:inputs?|data|distributions?|features?|answers?|predictions?) .*\b(?:shift(?:s|ed|ing)?|distribution changed|changed since training|moved (?:away )?since)\b/,
    /\b(?:need|needs|time|due|should i|should we) (?:to (?:be )?|for a )?(?:re-?train(?:ed|ing)?)\b/,
    /\b(?:live|production|real-world) accuracy\b/,
  ]),
  ...rows('list_versions', 'context', [
    /\b(?:versions|revisions|releases|iterations|history|changelog|change log)\b/,
    /\bhow (?:many|often) .*\b(?:versions|revisions|updated|retrained|deployed)\b/,
    /\b(?:which|what|list|show).*\bversion\b.*\b(?:exist|are there|is (?:live|active|deployed|current|running|in production)|does .* (?:run|have|use|serve))\b/,
    /\b(?:which|what) version (?:of|is|does)\b/,
    /\b(?:is there|are there|any|do we have|does it have)\b.*(?:#\d+|\b(?:older|earlier|newer|other) (?:version|one)s?\b)/,
    /\b(?:what|anything) (?:has |have )?(?:changed|is new|was new|happened)\b|\bwhen (?:was|were|did|has)\b.*\b(?:updated?|changed?|deployed|uploaded|created|added|retrained|trained|released|published|go live)\b|\bwho (?:uploaded|deployed|changed|added|made|trained|updated)\b/,
  ]),
  ...rows('model_metrics', 'context', [
    /\b(?:metric|metrics|accuracy|accurate|accurately|auc|roc|f1|precision|recall|rmse|mae|mse|r2|r squared|log ?loss|error rate|error rates|scores well|performance|performing|performs|perform|quality|reliable|reliability|trustworthy|statistics|stats|traffic|usage|latency|latencies|throughput|uptime|errors?|mistakes?|holding up|(?<!send )(?<!sending )requests|hits|invocations|track record|hit rate|success rate|confusion matrix|response times?|test results?|validation|figures|numbers|results?|health|healthy|monitoring|busy|popular|calibrated|calibration|kpi|kpis|evaluation|benchmark|benchmarks)\b/,
    /\bhow (?:good|well|bad|badly|fast|slow|quick|quickly|often|precise|right|wrong|sure|strong|heavily|much is|frequently|many (?:requests|predictions|calls|times|people|errors|rows))\b/,
    /\b(?:can|could|should) (?:i|we|you) (?:trust|rely on)\b/,
    /\b(?:is|are) (?:@\d+|it|this|that)(?: model)? (?:any good|good|working well|doing well|doing ok|ok|fine|healthy|reliable|slow|fast)\b/,
    /\bhow (?:is|are|does|do|did|was|has|have) (?:the |my |our )?(?:@\d+|it)(?: model)?(?: been)? (?:do|doing|perform|performing|working|work|used|faring|score|scoring|going|holding up|behaving)\b/,
    /\b(?:is|was|are|does|has) (?:the |my |our )?(?:@\d+|it)(?: model)?(?: been| being| still)? (?:used|called|working|work|any good|good|queried|invoked|doing)\b/,
    /\b(?:number|count) of (?:requests|predictions|calls|errors)\b/,
  ]),
  ...rows('describe_model', 'context', [
    /\b(?:inputs?|columns?|fields?|features?|parameters?|params|variables?|attributes|arguments?|schema|signature|spec|specification|predictors|data types?|outputs?|classes|labels|endpoint|url|address|path|threshold|thresholds|documentation|docs|card|metadata)\b/,
    /\b(?:describe|details?|info|information|about|summary|summari[sz]e|overview|know more|learn more|more on|introduce|properties|explain)\b.*(?:@\d+|\bit\b|\bthat\b|\bthis\b)/,
    /(?:@\d+|\bit\b|\bthat\b|\bthis\b).*\b(?:describe|details?|info|information|explained|summary|overview|specs?)\b/,
    /\bwhat (?:does|do|did|would|should|will) (?:the |a |an |my |our |i |we )?(?:#\d+ of )?(?:(?:model )?@\d+|it|that one|that|this).*\b(?:needs?|takes?|wants?|expects?|requires?|accepts?|use|eat|consume|predicts?|do|return|output|tell|give|mean|look)\b/,
    /\bwhat (?:does|do|did) .*\b(?:need|take|want|expect|require|accept)\b/,
    /\bwhat (?:do|should|must|can) (?:i|we|you) (?:have to )?(?:need to )?(?:give|send|tell|provide|pass|feed|supply|enter|know|fill in|submit)\b/,
    /\bwhat (?:is|are|was) (?:the |a |an |this |that )?(?:(?:model )?@\d+)(?: model)?(?: for| about)?$/,
    /\bwhat (?:is|are|was) (?:the |a |an |this |that )?@\d+(?: model)?(?: for| about)?(?: \?|$)/,
    /\b(?:what|which) (?:kind|sort|type) of\b/,
    /\b(?:tell|show|give) me (?:more |something |everything |all )?(?:about |on )?(?:the |a |an |my |our )?(?:@\d+|it)(?: model| one)?(?: please)?(?: \?| \.|$)/,
    /^(?:please |now |and |ok )*(?:describe|inspect|show|display|details|info|open|view|see|pull up|look at|what about|examine|about)(?: on| of| about| for)? (?:the |a |an |my |our )?(?:@\d+|it)(?: model| one)?(?: please)?(?: \?| \.|$)/,
    /\bhow (?:do|can|should|would) (?:i|we|you) (?:call|use|query|reach|invoke|send|feed|talk to|address)\b.*(?:@\d+|\bit\b)/,
    /\bwhere (?:is|can i (?:find|reach|call)|do i (?:find|reach|call|send))\b/,
    /\b(?:requirements|prerequisites)\b/,
    /\b(?:curl|snippet|api call|(?:request|code|example|sample) (?:example|request|sample|code|body|call|payload))\b/,
    /\b(?:compare|comparison|difference|differences|differ|versus|vs)\b/,
    MODEL_FOR_PATTERN,
    /\b(?:is|are) (?:the |my |our )?(?:@\d+|it)(?: model)? (?:(?:still|already|currently|now|really|actually) )?(?:live|deployed|online|up|available|active|running|offline|down|there|published|in production|undeployed)\b/,
    /\b(?:units?|ranges?|optional|required|mandatory|omit|leave out|examples?)\b/,
  ]),
]

/** Words that ask for the list of models; none of them counts beside a named model. */
export const LIST_PATTERNS: readonly RegExp[] = [
  /\b(?:list|show|display|see|view|give|get|print|enumerate|browse|name)\b.*\bmodels\b/,
  /\b(?:what|which|any|all|available|deployed|my|your|our|registered|existing|how many|live|loaded|other|more|the) (?:\w+ )?(?:models?)\b.*\b(?:have|has|are|is|exist|available|here|there|got|use|using|deployed|live|running|can|could|loaded|online|offer|know|serve|host|present|try|choose|pick|around|up|registered|work)\b/,
  /^(?:(?:the|my|your|our|all|any|available|deployed|live|registered|existing|which|what|and|hi|hey|hello|your|list|please|current) )*models(?: (?:please|list|available|deployed|here|overview|there))*(?: [?!.])*$/,
  /\b(?:list|overview|catalogue|catalog|inventory|registry|menu) (?:of )?(?:all )?(?:the |my |your |available |deployed )*models?\b/,
  /\bmodels? (?:list|overview|catalogue|catalog|inventory|registry|zoo)\b/,
  /^(?:(?:so|and|hi|hey|hello|ok|well|please) )*(?:what|anything|something|whatever)(?: else)? (?:is|are|do|have|has|here|can|could|would|that|you)\b.*\b(?:live|deployed|available|running|online|have|got|here|there|use|try|up|offer|served|serving|loaded|play with|on offer|on the menu|in stock|hosted|choose from|work with|in production|registered)(?: (?:right now|now|here|there|at the moment|currently|today|already|please|to offer|with|so far|for me|for us))*(?: [?!.])*$/,
  /^(?:(?:please|now) )*(?:ls|dir|list|list all|list everything|list them|list them all|show all|show everything|show list|show me everything|show me what you have|show me what you have got|catalogue|catalog|inventory|overview)(?: (?:please|again))?(?: [?!.])*$/,
  /\b(?:what|which) (?:can|could|should|may) (?:i|we) (?:use|try|choose|pick|predict|choose from|pick from|run|query)(?: (?:here|with this|with you|with|from|now|today))*(?: [?!.])*$/,
  /\bwhat (?:kinds? of |sorts? of )?(?:predictions|things) (?:can|could|do) (?:i|we|you)\b/,
  /\bwhat (?:do|have) (?:you|we|i) (?:have|got)\b/,
  /\b(?:do|have) you (?:have|got|know) (?:a|any|some)(?: \w+)? models?\b|\bis there (?:a|any)(?: \w+)? models?\b/,
  /\bwhat (?:can|could|may) (?:i|we) work with\b/,
]

export const HELP_PATTERNS: readonly RegExp[] = [
  /^(?:(?:please|hi|hey|hello|i|need|some|can|you|could|get|give|me|send|show|a|little|more|want|sos|would|like|your) )*help(?: (?:me|out|us|please|page|menu|pls|topics|text|here|with|this|a|bit))*(?: [?!.])*$/,
  /\bwhat (?:all |else |exactly )?(?:can|could|do|does|are) (?:you|this|i|we|parley|this thing|this bot|it)(?: all| even| actually)? (?:do|ask|ask you|say|able to do|do here|do for me|do with you|do with this|capable of|offer|know how to do|help with|help me with|good for)\b/,
  /\bhow (?:does|do|can|should|would|could|must) (?:this|that|it|all this|you|i|we|one|parley|this thing|this bot|this chat) (?:work|function|operate|start|begin|get started|go|use (?:this|you|it|parley)|talk to you|interact|speak to you)\b/,
  /\bhow (?:to|do i|can i) (?:use|start|begin|get started)\b(?!.*@)/,
  /\b(?:i am|i feel|feeling|am|bit|completely|totally|somewhat)\b.*\b(?:lost|stuck|confused|clueless)\b|\b(?:no|have no) (?:idea|clue) (?:what|how)\b/,
  /\bwhat (?:do|should|can|could|must|may|am|are) i (?:supposed to )?(?:say|ask|type|write|tell|enter|do (?:here|now|next))\b/,
  /^(?:(?:the|your|list|show|me|all|of|please|what|are|which|available|supported) )*(?:commands|instructions|manual|tutorial|guide|usage|options|functions|capabilities|abilities|skills|faq)(?: (?:please|are there|do you have|do you know|do you understand))*(?: [?!.])*$/,
  /\b(?:getting started|get started|walk me through|teach me|show me around|show me how|explain yourself|introduce yourself)\b/,
  /\b(?:who|what) are you\b|\bwhat is (?:this|parley|your purpose|your job|your name)(?: place| thing| bot| chat| page| about| for)*(?: [?!.])*$|\bwhat do you do\b|\bare you (?:a|an) (?:bot|robot|human|ai|person|machine)\b/,
]

/** Asking how, or whether, something is done: answered with help, never with doing it. */
export const HOW_PATTERN =
  /\b(?:how (?:do|can|would|could|should|to|does|might|will)|what happens|what would happen|what does it mean|is it possible|is there a way|are you able|am i able|can you|can i|could i|may i|do you|does it|does this|what if)\b/

/** Why a prediction came out as it did. */
export const EXPLAIN_PATTERNS: readonly RegExp[] = [
  /^(?:(?:and|but|so|hm|hmm|ok|okay|interesting|really|wow|oh|tell|me|say|please) )*why(?: (?:is|that|this|it|so|though|not|exactly|on|earth|do|you|think|say|did|predict|would|be|high|low|much|many|bad|good|sure|confident|risky|likely|unlikely|certain|expensive|cheap|big|small))*(?: [?!.])*$/,
  /\bwhy (?:is|are|was|were|would|will|does|do|did|should|this|that|so|the|not|might|could)\b/,
  /\bhow (?:come|so)\b/,
  /\b(?:most|main|biggest|strongest|key|single) (?:(?:important|decisive|relevant|influential|single) )?(?:factor|driver|reason|cause|influence)s?\b/,
  /\bwhat (?:\w+ )?(?:drove|drives|caused|causes|led|leads|made|makes|pushed|pushes|is driving|is behind|lies behind|influenced|influences|explains|contributed|determined|mattered|matters|is the reason|is the cause|were the reasons|are the reasons|was the reason|speaks for|brought|triggered|tipped)\b/,
  /\b(?:which|what) (?:\w+ )?(?:features?|factors?|inputs?|columns?|fields?|variables?|values?|things?|parts?) .*\b(?:matter|matters|mattered|important|importance|drove|drive|drives|contribut\w*|influenc\w*|affect\w*|impact\w*|weigh\w*|decid\w*|responsible|counted|count|most|push\w*)\b/,
  /\b(?:explain|explanation|justify|justification|reasoning|rationale|reasons?|break (?:it|that|this) down|breakdown|drivers|contributions?|feature importances?|shap|interpret|key factors|main factors|how did you (?:get|come|arrive|reach)|how was (?:that|this|it) (?:calculated|computed|decided|determined)|where does (?:that|this|it) come from)\b/,
]

/** That a prediction is wanted. */
export const PREDICT_PATTERN =
  /\b(?:predict|predicts|predicted|prediction|predictions|predicting|score|scoring|estimate|estimates|estimated|estimation|forecast|classify|classification|infer|inference|evaluate|run|calculate|compute|guess|assess|check|test|try|probability|chance|chances|likelihood|odds|risk|likely|risky|how much|how likely|what would|what will|will|would|is it|expected|what is the|appraise|value|rate|use|apply|feed|which|what species|what kind|analy[sz]e|detect)\b/

/** Out-and-out asking for one, even where no input is given yet. */
export const STRONG_PREDICT_PATTERN =
  /\b(?:predict|prediction|predictions|predicting|estimate|estimation|forecast|classify|score|scoring|appraise|appraisal|assessment|inference|make a guess|test|try|check|run|use|using|query|probability|likelihood|assess|evaluate|analy[sz]e)\b/
