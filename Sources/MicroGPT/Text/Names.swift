// The built-in names: given names from many languages in the letters a to z, written from general knowledge for this
// project.

extension Corpus {
  /// 2,594 given names from many languages, a to z only, sorted: data to start with, without a file.
  ///
  ///     let corpus = Corpus.names
  ///     corpus.count  // 2594
  ///
  /// The vocabulary is that of the reference's names, 27 tokens, so a model has the same number of parameters.
  public static let names: Corpus = {
    do throws(CorpusError) {
      return try Corpus(text: namesText)
    } catch {
      preconditionFailure("The built-in names are blank.")
    }
  }()

  /// The built-in names as a text file, one on each line.
  public static var namesText: String {
    let space = UInt8(ascii: " "), newline = UInt8(ascii: "\n")
    return String(decoding: nameWords.utf8.map { $0 == space ? newline : $0 } + [newline], as: UTF8.self)
  }
}

private let nameWords = """
  aakriti aaltje aarav aba abai abasi abdi abdirahman abdoulaye abeba abebe abebi abel abena abgar abhimanyu
  abigail abilio abiola abshir abylai achilleas achyut adaeze adah adalet adam adebayo adebola adekunle
  adelheid adelina ademola aderonke adewale adhiambo adi adilet adom adwoa aelia aelwen afanasy afia afua
  aghilas agneta agnieszka agrafena agung agyei agyeman aharon ahmed aidana aigerim aiko ailani ailsa aimar
  aina aino aisha aishatu aiste aivars aiym aji ajmer akamu akecheta akemi akhilesh akinyi akmaral akoni
  akos akosua akua alab alain alba albana albertus albin aleix aleko alekos aleksa aleksandra alem alena
  alessio alexander alexandra alexandre alfiya algirdas ali alice alimaa alin aliou alix aliz alka alla alma
  aloka altagracia alvaro alyosha alzbeta amadeu amadi amaechi amaia amalu amandeep amarachi amaru amastan
  amelia amelie amihan aminata amiran amol amos amram amrik amy ana anahera anahi anahit anahita ananya
  anaru anastasia anbarasan andela anders andranik andrew andrus aneirin anfisa angel angelica angeliki
  angelita angharad anik aniko anir anirban anju anka anna annaig anne anneke anneliese anotida anoush
  anthony antigone antoni antonia antonio anucha anuli anwar anya aoife aparecida aperahama apinya apirak
  apiyo apolline apolonia aracely aranka aras arata archil areum arev arghya argyris ari ariella arindam
  arivazhagan ariya arja arjun arkadiusz arlene armen armindo arnab arnaud arnd aroha arpad arpita arsen
  arsenio arsenios arseny arslan arthit arthur artin artur arulmani arulmozhi arum arup aruzhan arvydas
  asabe asad asamoah asem asha ashley ashokan aslaug aslihan asmaa asmita asmund aspasia astrid astuti
  atahualpa athina athol atsuko attila atul aude audrey austeja ava avedis avetik avinoam aviva avraham awa
  aweys axelle aya ayaan ayame aydin ayesha aymara ayo ayomi ayse azamat azat azniv azra azriel baatar
  babajide bachittar badri bafana bagrat bahador bahati bajram bakarne bakhtiyar balint baljit baltasar
  balwant bamidele banafsheh bankole bappi baptiste barak baraka barbara barkha barnabas barnaby barnali
  barry barsha bartholomew bartosz bas bashir bashonti basim battsetseg battulga baya bayani bayardo
  bayarmaa bayu beata beate beathag beatrice beatriz bedrich begimai begona begum beitris bekzat bela belay
  bence bendeguz benjamin bente bento beomseok berengere berenguer berenice berkay berna bernabe bethany
  betty bhanumati bhim bhimsen bhuwan bianca bidzina biel bilan bimala bingen binta bipana biruk bisera
  bishal bishnu bisi bithi bjorn bleddyn blerta bleuenn boakye boaz bode bogdan bogdana boglarka bogumila
  bolin bolormaa bonginkosi bonifacio boonsong boopathi bopha borghild boris borte botir boubacar bradley
  branca branwen brenda brendan briac brian brianna bridget brigid brisa brit bronagh bruce bruna bryn budi
  byron cadmus cador cahaya caio cairistiona cali callum cam camila camilla camille camillo canonicus
  caoimhe carlos carme carmelita carmen carola caryl cassio catherine catinca catrina cebo cecilia cecilie
  cedric ceinwen celeste cem ceren ceri ceridwen cerys cezary chaiwat chalida chamari chaminda chana chanaka
  chandani chandrika chanho chantal chantrea charalambos chariya charles charlotte chathurika chau cheikh
  chelsea chenoa chi chiamaka chika chimwemwe chinedu chinenye chinua chioma chipo chiranjivi chisom chisomo
  chiyo chloe chuka chuluun chumani chunhua cianan ciprian cirilo citlali citra claire clara claudio
  clemencia cleon cleopatra clodagh cochise codrut coinneach colleen colm conall connor consuelo cora
  coralie corazon corentin cornel cornelia cosme coumba craig crisanto criselda csenge cuan cyrus czeslaw
  czeslawa daejung dafydd dahyun dai daisy dali dalia dalila dalisay dalma damdin damian danai danh danica
  daniel danilo darina darius dariusz darshan daryoush daudi dauren davaa david davit davood dawa dawei
  debolina debora dechen decimus declan deepa deeq deiniol deivanai deji demelza denzel derartu dereje
  dervla despina dhammika dhanush dharma diah dido diederik diego diep dieter dietmar dikeledi dikshya
  dilani dilrukshi dimuth diosdado diwata djamila djedjiga djeneba dmitri dmytro dobromila dobroslav dogan
  dominika domna domnica donal donalda donatella donghyun donnchadh dorel dorina dorit doru doutzen dov
  dragan dragomir dragoslav dragutin drummond duangjai dudley duduzile duncan dunja dunya dustin duy dyani
  dyfed dyfrig ebuka edel eden editha edmund edna edouard edson eduarda edward edwige eelco eero effie efia
  efrain efthymios efua egle eider eila eilidh eithne eka ekachai ekain ekaterine ekua elaheh elaine
  eldbjorg eleanor elena eleni eleri elguja eliana elin eliseo elissa elizabeth elke ella eloise elpida
  elsbeth elsie elvira embla emelyan emily emma emmett emre enda endah endzela eniola enkhbat enora enrica
  enyinnaya enyonam eoghan erasmia erendira erhan erik ermek ermengol ernest ernst ertan erwan esa esmee
  espen esra estrellita ethan euclid eudora eumenes eunha eunice eunike eunwoo eurydice eva evan evdokia
  evelien eveliina evelyn ewelina eydis eyup ezhil ezinne fabricio facundo fadzai fahd faisal falis fanch
  fangfang farah farai farangis fardowsa fariborz farid farrokh faruk farzaneh fatima fatma fatoumata fausto
  feliu felix femke fenna ferdinand fereshteh fernand fernanda fernando ferriol fiachra fiammetta fiaz fidel
  fiifi fikret filimon filippo filomena fionnuala flavia flavio floor flordeliza florencia florica florin
  floris folasade forbes francesca frank franz frema freya frieda friedrich fritz fruzsina fungai funmilayo
  fuyuko fyodor gabriele gabrielle gaetan gaius gamini ganbat gansukh ganzorig garba gareth garikoitz garima
  gaspar gaspare gavriel gayan gediminas geertje geethika gelu genaro genzebe george georgina georgy geraint
  gerard gerasimos gerelmaa gergana gergely gerhard germaine germanicus geronimo geula ghadeer ghassan ghita
  gianna gideon gidon gilberto gilles gillespie gillian gintaras giordano giorgi giorsal giovanna giovanni
  gisele giulia giulio giuseppina giv givi gleb glenda glenys goli golnaz gopalan gordon goro gottfried
  gotzon grace graciela grainne grazia greta grietje grigory grzegorz guadalupe guangming guerau gugulethu
  guifre gulay guled gulnara gulsah gunasekaran gunilla gunther guntur guoliang gurdeep gurpreet guto
  gwenael gwenllian gwenn gwyn gyanendra gyorgy gyozo habiba habibe hadeel hadi hadiza hagop hai haldor
  hamdan hamdi hamish hamisi hamsa hang hannah hannele hannu hans haoran haoyu hardeep harkirat harri
  hartono haruto hasan hasina hasitha hasmik hassan hauwa havva hawa hayat hayato haymanot hazel hebe hedda
  hedvika heghine heidi heikki helen helmi hemming hendra hendrika hengameh henri henrike henry henryk
  heriberto herminia hermione hernan herodotus hertha heshmat heulwen hiawatha hibo hina hiran hiroki hiroko
  hiroshi hiroyuki hiruni hisila hiwet hoa hodan hojin hone hongmei honza hooman howard hripsime huilan
  hulya huma husniye huyana hyejin hyewon hyojin hyunwoo hywel iain iamze iara iarlaith iason ibon ibrahima
  idir iestyn ifeanyi ifor ifru ignacio igone igor ihab iida ijeoma ikaika ikemefuna iker ileana ilinca ilka
  ilknur ilya ilyas ilze imani imants imelda imke inaki indah indika indranil inese inga ingrid iniyan
  intira intisar ioane ioannis iolana ion iona iosefa ippolit iqra ira iraia iraj iraklis irati irena
  ireneusz iresha irfan iris irma irune isabel isabella isadora isagani isaiah ishfaq ishrat ishwari isidre
  isidro ismail isobel issoufou istvan isuru itai ivan ivaylo iwona izabela izri jabulile jack jacob jadwiga
  jagjit jago jagtar jahid jai jair jaka jama james jamuna janaka jandira jane jantje jarmo jasbir jasper
  jaspreet javeria javier jay jean jeewani jejomar jela jelena jemal jenifer jennifer jeremiah jeremy jeroen
  jessica jeyanthi jiahui jianguo jianjun jianming jimin jindriska jingyi jiri jirina jiwoo joan joana joao
  joaquin joel john jokin jolan jolana jomo jonas jongin jordan jordi jory jose josep joseph josette joshua
  josie josu jovelyn joyeeta juan juba judith judyta jugurtha juhani jukka julia julian julien julio juma
  jumoke junho junjie junyoung juraj kaarina kabiru kabita kachina kadiatou kahin kahina kaimana kaissa
  kajetan kakoli kalaiselvi kalavathi kaltun kalyani kamaka kamau kamil kamol kamuzu kanaka kanani kangin
  kannagi kannika kanokwan kanthi kanya kapua karmele kartika kartini karuna kasih kasumi katalin katarzyna
  katelijne katell kateri katerina katherine kathleen katja katrin katsuro katya kausar kaushik kaya kayla
  kazuki keanu kees kehinde kelechi kella kenechi kenji kenna kenneth kent kenwyn kenza keokuk kepa kerensa
  kesavan kevin keya kezia kfir khachik khadeeja khadga khai khanyisa khasar khem khiem khosrow khotso
  khulan khushwant kianoush kibwe kidane kidlat kieran kiko killian kimama kimberly kimimela kimon kipchoge
  kira kirill kirsi kishor kitto kjell klas klaus kleanthis kleio kliment knarik koert kofi kohana kojo
  kokila kola komalpreet komitas kondwani konjit konkona konstantin konstantina korbinian korkor kostas
  kostya kote kotone kow kriangsak krishna krisna kristaps kristian kubra kuda kudakwashe kumaran kunegunda
  kunle kusayla kvetoslav kwabena kwacha kwadwo kwame kwasi kyllikki kyrylo kyunghee kyungsoo ladan ladi
  lado laima lakmal lakmini lakpa lakshmi laleh lamine lamorna lance landon langa lanre lansana larisa lars
  lasha laszlo laura lauri lautaro lavinia layal layan layla leandros leela leendert lehlohonolo leif
  leilani lekshmi lemuel lenaig lennart leo leon leonard leonor leopold leotie lerato leroy lesedi leslie
  lesya leszek letizia leyla liam libuse liga ligia liisa lijuan lili lilit lily limbikani limpho lindita
  lindiwe linh liora lito livia livilla liwayway lizbeth lobsang logan loig lorand lorenzo lorna lorne
  lorraine losa lothaire lotte louis lounes lounis loveday lubabalo luca lucas lucia lucie lucy lucyna luis
  luiza lukas luke luminita luqman luvsan luvuyo luyanda luz luzviminda lwando lwazi maame maarja macawi
  maciej madalena madalitso madoc mads maelig maelle maeve magali magdalena magdalene magdalini magdolna
  magi mahalath mahin mahinda mahmoud mahnaz mahyar maia maimuna maisie maitane maiwenn makai makana makeda
  makena makisig makoa maksat malak malani malarvizhi malcolm malee malha malkanthi malo mamadou mamo manal
  mandana mandukhai manee mangaliso maninder manny manoj manolis mansa manuk maraea maral marc marcal marcel
  marcela marco marcus margaret margot marguerite maria mariam mariama mariano mariappan maricica marie
  marijana marijke marika marin marina marine marioara mariona marios marisela marjan marjani mark marlene
  marnix marta martijn martin martino marwa mary maryan masao masayuki maslah massasoit massilia massinissa
  matei matilde matryona matteo matthew matthijs mattia matvey maui maureen maurice maurits mavis mawar max
  maxence maxine maya mayra mayu mayumi mazaa mazal mbali mbongeni mcebisi mduduzi mebrat medea medet medir
  meenal meerim megan mehdi mehmet mehri meihua meilan meiling meindert melaz melchor melike melinda meline
  melissa meltem menno mensah menzi meral merce mercy mere mererid meritxell merja meseret metacomet metehan
  meurig mia michael michal michele michelle mieszko miguel mihai miika miina mika mikheil miklos milan
  milda milena milenko miluse mina mindaugas mingyu minh minho minji minjun minjung miranda mircea mireia
  mirela mirella miren mirlinda miron misook mithuru miwa mlungisi modibo modupe moe moema mohamud mohira
  moises mojisola molly mona monde mongezi monica montserrat morna morten morwenna moshe mouloud mthunzi
  mugilan muhammad muhannad muireann mukasa mukta mukti mulenga mulu munashe mungo munkhtuya munyaradzi
  murdina murdo muriel murtala muthu muttiah mutua mxolisi my mzekala mzia mzwanele naciye nada nadeeka
  nader nadzieja naeem nafisa nafula nagore nahid naiara naji najwa nakato nalani namrata nana nandi naoise
  naoko naoto narantuya nari narong natasha natela nato nayef nayeon nazeli nazir ndubuisi ndumiso neeraj
  neil nela nele nelson nenad neo nerea nereida nerva nerys nestor nevenka ngaio ngoni nguyet nhi niamh
  nicolae nicolas nicoletta nidal nienke nieves niharika niilo nika niki nikos nima nimal nimo nina ninh
  nino niran nirmala nirmalendu niven nives nizhoni njeri njoki nkiru nkiruka nkrumah nnamdi nneka nneoma
  noa noah noboru nobuhle nodira noel noelani noemi nokomis nokuthula nolwazi nolwenn nombeko nomsa nomvula
  nonhlanhla nonso nopadon nora norayr norbu norma nosisi nosizwe nothando nouara nozomi ntokozo nune nur
  nurbek nuria nurit nurlan nusrat nutsa nwabisa nyamekye nyasha nyoman nyota oana obiageli obinna obrad
  ochieng oddny ogechi ohemaa oier oihana oinatz okalani okechukwu oksana ola olabisi olaf oleguer oleksandr
  olga olinda olive oliver olivia oluchi olumide omar ona ondrej onik onisifor onni onno onyango onyinye
  oonagh opal oralia orgil orla orlando orsolya oscar osceola osei osita oskar oszkar ota otar otavio otieno
  otilia otis otmar ottilie ouardia ouma oumar oumou ouray ovid owusu oydin oyuna oyuunchimeg ozer paa
  pabitra pablo padmavathi padraig pal palash palesa palmira panagiota panashe pandu panfilo papiya parsa
  parvaneh parvati parvin pasi patrycja paul paula paulos pavel pedro pegah peigi pelagia pello pendo
  pernille pertti peter petr petra petroc phindile phulmaya phuoc pierre piet piia piotr piran pitso
  placidia pliny pooya pouria powhatan prabhu prakash pramila prasanna prasenjit praskovya prativa prayut
  preben preeti prerna priit priya procopius prodromos prokop prosenjit pryderi pua pualani pumla purna
  purnima pushkar pushpavalli putri qiaoling quentin quinn quirze quy quyen raage rabindra rachel radhika
  radim radoslaw raghad rahayu rahma rahmi rahul raivis rajan rajwinder rakan rama ramandeep rami ramune
  ramya rana ranajit rangana ranganayaki rangika rania ranjana rano ranulf rasa rashidi rashpal rastislav
  ratan rathin rati ratko rauno ravi ravneet rebecca refilwe reiko reinaldo remedios renata rethabile rewi
  rezso rhian rhiannon rhodri rhona rhydderch rhys richard ridvan rigoberto riikka riitta rikta rimi rinchen
  rituparna rizal rizalino robbert robert rodel rodney roger roisin rokas rokhaya rolando roman romana
  romano ronen ronja rosanna rosaura rose roseli roswitha rowan roy rozenn ruan rubel ruby rudi rudo rudolf
  rukhsana rumbidzai ruolan ruperto rusudan ruta ruth ruvimbo ruvini ryan ryosuke sabah sabelo sabin sabina
  sabine sacagawea sade sadegh sadhbh safiatou sahil sahra saida saidi saija saimi saioa sakina sakura
  salamatu salome salote salvador saman samar samaresh sameer samo samoset samuel sandeep sandesh sani sania
  sanjib sanne santiago santina sanziana sapphira sara sarah saran sarangerel saravanan sardor sarit sarkis
  sartaj saskia sathish satomi satyen saule saverio savvas sayed sayuri scott seamus sean sebastien seda
  segun sekai selam selamawit selasi sello selvaraj semisi senad seoyeon sequoyah sergio serwaa seungho
  seungmin severino sevim seyi shabana shafqat shagufta shahid shailaja shambhu shamiso shanika shaoqi
  sharif sharmin shashikala shauna shehan shifra shigeru shingirai shinji shira shirin shiro shoaib sholpan
  shompa shpend shreya shufen shukri shulamit shumaila sian sidney sidonie sif sigalit sigurd sijmen
  sikandar silia simba simbarashe simisola simon simphiwe siobhan sione sipho sira siranush sirikit siriwan
  sisay sisira sissel siti sivakami sizakele skaidrite skender skye slavomir snorri soazig sofia sokol
  soledad solomon solon soma somboon somchai son sona sonia soojin sophea sophia sophie sopio sorana sorin
  souleymane sousan souvik sowmya squanto srabanti sridevi srijana srijita stanca stanislav stanislava
  stanislawa stefan stefania stella stepan steven stojanka stuart suda sudeep sugam sukhe sumeet sumin
  summer sundiata sune sunhee sunita surasak surendra surjit susan susantha sven svetlana swarna sylke
  szilvia tadesse taemin tagui tahir taima taisiya takashi takeru taksony takuhi tali tallulah tamanend
  tamar tamer tamir tamsin tanguy tanja tannirt tanvi tapiwa tara taraneh tariku tariro tashi tashunka
  tatevik tatia tatiana tatyana tawanda tebogo tecla tecumseh teemu temilola temujin tendai tendekai tengiz
  tenzin tenzing teodor teppo teresinha terez terttu tesfaye tess teuvo tewodros thabang thabani thabo
  thaddaus thai thais thaksin thandiwe thang thao thein themba thembeka thembi thembinkosi theo theodora
  thiago thierno thierry thisari thomas thordis thulani thulile thuraya tiago tiberiu tiberius tien tiernan
  tifenn tigran til tilahun tilelli timur tinatin tinotenda tirso tirunesh titash titli titrit tivadar
  tiziana toader toan tobi togzhan tolkyn tommaso tonia toomas toon torquil torstein toru touraj tova tracy
  tram tremayne tri trine trinh tristan trond trong truc trung tryphena tsakhia tsegaye tsendmaa tsitsi
  tsutomu tsvetan tugs tuija tuilagi tulasi tunde tuomas tuomo turan tuul tuulikki tuva tuvia tuyet tvrtko
  txell tymon tzila ubah ubirajara ugne uju ujwal uldis ulises ulrike ulyana umayma unai uncas unn upeksha
  uranchimeg urko urmi urmila uros usem usko usmon utami uxoa uyen uzoma uzziah uzziel vaclav vaishnavi
  vaiva valentijn valentin valentina vardan vartan varvara vasco vasja vasudevan vavrinec veasna venla vera
  veriko veronica veronika vesa veta vicenc vicentiu victor victoria vida vidar vidhyadhar viliami vilma
  vimala vindya vinko violet virag virgil virginie viswanathan vitor vitoria vitus vivienne vladislava vlado
  volodymyr vongai vu vuyani vuyelwa vy wagner wairimu waltraud wanda wanida wanjiku wardia wasantha weimin
  wekesa wendeline wenjing wesley whitney wilbur wilhelmina willemijn william wim winema winifred winona
  wirat wojciech wolde wole wulan xabat xasan xavier xhavit xiaobo xiaolong xiaomei xiaoming xiulan xuan
  xuesen yaara yadana yael yahir yalcin yamil yamila yani yaniv yanmei yann yannis yanti yaroslava yasin
  yasuo yaw yaya yejide yemisi yerlan yervand yesenia yetunde yidir yinka yiorgos yoav yodit yoga
  yogeshwaran yohannes yonis yoona yoongi yordanos yorick yosef yossi youba younes yudha yui yuki yuna yuni
  yuri yusuf yuting zachary zaharia zainabu zainal zakhar zaloa zamzam zandile zane zareen zaruhi zawadi
  zaza zdenka zdravka zeinab zelalem zenaida zenobia zersenay zevulun zewditu zhenhua zhiming zhiqiang
  zigmas zigor zina zinaida zinovy zippora zira ziri zisis zita zitkala zivka zixuan zlatan zlatka zoe zofia
  zoi zoila zolani zoleka zolile zoltan zolzaya zorigt zsofia zsolt zsuzsanna zubaidah zuhair zuhaitz
  zukiswa zulema zurab zuri zuzanna zviad
  """
