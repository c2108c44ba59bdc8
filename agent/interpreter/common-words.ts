// Everyday words of English, so that none of them is taken for a mistyped name.

export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `from form trail about above accept across action actually after again against agree ahead allow almost alone along already also although
  always among amount animal another answer anybody anyone anything anyway apart appear apple apply approach area around
  arrive article asked asking attack attention away back balance basic beautiful because become before began begin behind
  believe below beside best better between beyond bigger bill birth black block blood blue board body book books born both
  bottom bought bread break bring broken brother brought brown budget build building built burn business busy button buyer
  cable cake call called calls came capital card care carry case cash catch cause cell center central certain chair chance
  change changed chapter charge cheap check cheese chest chief child children china choice choose church circle cities city
  claim class clean clear clearly climate climb close clothes cloud coach coast code coffee cold collect college color colour
  come coming comment common company compare complete computer concern condition connect consider contact contain content
  continue control cook copy corner correct cost could count country couple course court cover create credit crime cross
  crowd culture current curve customer daily damage dance danger dark date dead deal death debate decide decision deep degree
  design desk detail develop did died diet difference different difficult dinner direct direction disease doctor does doing
  dollar done door double doubt down draw dream dress drink drive driver drop during duty each early earth easily east easy
  economy edge education effect effort eight either election else email emails empty energy engine enjoy enough enter entire
  error especially even evening event ever every everyone everything evidence exactly example expect expert explain face fact
  factor fail fall false family famous farm fast father fault favor fear feel feeling feet field fight figure file files fill
  film final finally find fine finger finish fire first fish five flight floor flow flower follow food foot force foreign
  forest forever forget form former forward found four free fresh friend friends front fruit fuel full funny future game
  garden gave general gets getting girl give given glad glass goal goes gold gone good government grand grass great green
  ground group grow growth guess guest guide guys half hand happen happened happy hard hate have head health hear heard heart
  heat heavy held hello help here hers high hill history hold hole holiday home hope hospital hotel hour house houses however
  huge human hundred hungry husband idea image imagine impact important inch include income increase indeed industry inside
  instead interest into issue item join joke judge jump june just keep kept kill kind kitchen knew know known lack land
  language large last late later laugh laughed lawyer lead leader learn least leave left legal less lesson letter level life
  light like likely limit line list listen little live lived lives living local long look looking lose loss lost love lower
  luck lunch machine made magazine main maintain major make making manage manager many march mark market marry material
  matter maybe mean means measure media medical meet meeting member memory mention message method middle might mile military
  milk million mind minute miss mission mistake model modern moment money month months more morning most mother mountain
  mouth move movement movie much music must name nation natural nature near nearly need needs never news next nice night
  nine none nor north note nothing notice novel number object occur ocean offer office officer often older once only open
  operation opinion option orange order other others ought outside over owner page paid pain paint paper parent paris park
  part party pass past patient pattern payment peace people percent perfect perhaps period person phone photo pick picture
  piece place plan plane plant play player please point police policy poor popular population position positive possible
  post pound power practice prepare present president press pressure pretty prevent prince print prior prison private prize
  probably problem process produce product program project promise proper protect prove provide public pull purpose push
  quality question quick quickly quiet quite race radio rain raise range rate rather reach read reader ready real really
  reason receive recent record reduce region relate remain remember remind repeat reply report request require research
  rest result return review rich ride right ring rise risk river road rock role room round rule running safe said sale same
  sand save scale scene school science score search season seat second secret section security seem sell send sense sent
  series serious serve service seven several shake shall shape share sharp shop short should show shown sick side sight sign
  similar simple simply since sing single sister site situation size skill skin sleep slow small smile snow social society
  soft soil sold soldier some somebody someone something sometimes song soon sorry sort sound source south space speak
  special speech speed spend spent sport spread spring staff stage stand standard star start state station stay step still
  stock stone stop store story straight strange street strong student study stuff style subject success such sudden suffer
  sugar suggest suit summer support suppose sure surface surprise system table take taken talk tax teach teacher team tell
  temperature tend term terms test text than thank thanks that their them then theory there these they thing things think
  third this those though thought thousand three through throw time times tired title today together told tomorrow tonight
  took tool total touch toward town trade tradition train travel treat tree trial trip trouble truck true trust truth trying
  turn twenty type under understand union unit until upon upper used useful user usual value various very video view village
  visit visitor voice vote wait walk wall want wanted warm wash waste watch water weak wear weather week weeks weight welcome
  well went were west what when where whether which while white whole whom whose wide wife wild will wind window wine winter
  wish with within without woman women wonder wood word words work worker working world worry would write writer writing
  wrong yard year years yellow yesterday young your yours pricing churned friend flour lover
  fraught cherry torn crush hour hourly salary tenant ceiling patrol metal petrol pedal medal settle signal pencil single
  production products deployment service services registry edition addition described predicted predicts uploads updated samples
  sample simple column columns feature features predict prediction version versions deploy delete remove metrics`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
