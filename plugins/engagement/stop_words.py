"""Words that say nothing of what a text is about, in a few languages.

They are the closed word classes of each language (articles, pronouns, prepositions,
conjunctions, auxiliaries) with the commonest adverbs and verbs. A language that is not here
loses little: inverse document frequency gives such words next to no weight.
"""

from functools import cache

_WORDS = {
    "en": """
        a about above after again against all almost also although always am among an and
        another any anyone anything are around as at away back be became because become been
        before being below between both but by came can cannot come could did do does doing
        done down during each either else enough even ever every few first for from further
        get gets getting give given go goes going gone got had has have having he her here
        hers herself him himself his how however i if in into is it its itself just keep
        kind know last least less let like little lot made make makes making many may maybe
        me might mine more most much must my myself need needs never new no nor not nothing
        now of off often on once one ones only or other others our ours ourselves out over
        own part per perhaps put quite rather really right said same say see seem seems
        several shall she should since so some someone something still such take than that
        the their theirs them themselves then there these they thing things this those
        though through thus to together too toward two under until up upon us use used using
        very via want was way we well went were what when where whether which while who whom
        whose why will with within without would yet you your yours yourself yourselves
        aren't can't couldn't didn't doesn't don't hadn't hasn't haven't he'd he'll he's
        here's how's i'd i'll i'm i've isn't it'd it'll it's let's mustn't shan't she'd
        she'll she's shouldn't that's that'd there's they'd they'll they're they've wasn't
        we'd we'll we're we've weren't what's when's where's who's why's won't wouldn't
        you'd you'll you're you've
    """,
    "de": """
        ab aber alle allem allen aller alles als also am an andere anderen anderer anderes
        auch auf aus bei beim bereits bin bis bist da dabei dadurch dafür dagegen daher
        damit dann daran darauf daraus darin darüber darum das dass dasselbe davon dazu dein
        deine deinem deinen deiner dem den denn dennoch der deren des deshalb dessen die
        dies diese diesem diesen dieser dieses doch dort du durch eben ein eine einem einen
        einer eines einfach einige einigen einmal er erst es etwa etwas euch euer eure für
        gab ganz geben gegen gehen geht genau gerade gewesen gibt gut habe haben hat hatte
        hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in
        indem ins ist ja jede jedem jeden jeder jedes jedoch jetzt kann kannst kein keine
        keinem keinen keiner können könnte lassen lässt machen macht mal man manche mehr
        mein meine meinem meinen meiner mich mir mit muss müssen nach nachdem nicht nichts
        noch nun nur ob oder ohne schon sehr sei sein seine seinem seinen seiner seit selbst
        sich sie siehe sind so sogar solche soll sollte sondern sonst sowie über um und uns
        unser unsere unter viel viele vom von vor wann war waren warum was weder weil weiter
        welche welcher welches wenn wer werden wie wieder will wir wird wirklich wo wollen
        worden wurde wurden würde würden zu zum zur zwar zwei zwischen
    """,
    "fr": """
        à afin ai ainsi alors après au aucun aucune aussi autre autres aux avant avec avez
        avoir avons bien c c'est car ce ceci cela celle celles celui ces cet cette ceux
        chaque chez comme comment d dans de depuis des deux donc dont du elle elles en
        encore entre es est et étaient était été être eu eux fait faire fois il ils j je
        jusqu l la là le les leur leurs lors lorsque lui m ma mais me même mêmes mes moi
        moins mon n ne ni non nos notre nous on ont ou où par parce pas pendant peu peut
        plus plusieurs pour pourquoi puis qu quand que quel quelle quelles quelque quelques
        qui quoi s sa sans se sera ses si soit son sont sous sur t ta tandis tels tes ton
        tous tout toute toutes très tu un une vers voici voilà vos votre vous y
    """,
    "es": """
        a ahora al algo algunas algunos ante antes aquel aquella así aun aunque cada casi
        como cómo con contra cual cuando cuándo de del desde donde dos durante e el él ella
        ellas ellos en entonces entre era eran es esa esas ese eso esos esta está están
        estas este esto estos fue fueron ha había han hasta hay he hemos la las le les lo
        los más me mi mientras mis mismo mucho muchos muy nada ni no nos nosotros o os otra
        otras otro otros para pero poco por porque pues puede pueden que qué quien quién se
        sea ser si sí sido sin sino sobre solo sólo son su sus tal también tan tanto te
        tener tenía ti tiene tienen todo todos toda todas tu tus un una unas uno unos usted
        y ya yo
    """,
    "it": """
        a abbiamo ad agli ai al alla alle allo anche ancora avere aveva c che chi ci ciò
        come con così cosa cui da dagli dai dal dalla dalle dallo degli dei del della delle
        dello dentro di dopo dove due e è ed era erano essere fa fare fra già gli ha hai
        hanno ho i il in io l la le lei li lo loro lui ma me mentre mi mia mio molto ne
        negli nei nel nella nelle nello no noi non nostra nostro o ogni oltre per perché
        però più poi prima proprio può qual quale quali quando quanto quella quelle quelli
        quello questa queste questi questo qui quindi sarà se sei sempre senza si sia solo
        sono sopra sotto stata stato su sua sugli sui sul sulla sulle suo suoi tra tutta
        tutte tutti tutto un una uno vi voi
    """,
    "pt": """
        a ainda além ao aos apenas as assim até cada com como da das de dela dele deles
        depois do dos e é ela elas ele eles em enquanto entre era eram essa essas esse esses
        esta está estão estas este estes eu foi foram há isso isto já la lhe mais mas me
        mesmo meu minha muito muitos na não nas nem no nos nós nossa nosso num numa o onde
        os ou outra outras outro outros para pela pelas pelo pelos pode podem por porque
        qual quando que quem se seja sem sempre ser seu seus só sobre sua suas também tem
        têm ter tinha toda todas todo todos tudo um uma umas uns você vocês
    """,
    "nl": """
        aan al alle alleen als altijd andere ben bij dan daar daarom dat de deze die dit
        doen door dus echter een elk en er geen geweest haar had hebben heb heeft hem het
        hier hij hoe hun ik in is ja je jij kan kon kunnen maar me meer men met mij mijn
        moet moeten na naar niet niets nog nu of om omdat onder ons onze ook op over reeds
        te tegen toch toen tot u uit uw van veel voor waar wanneer want waren was wat we wel
        werd wie wij wil word worden wordt zal ze zelf zich zij zijn zo zonder zou
    """,
    "sv": """
        alla allt än andra är att av bara bli blir där de dem den denna det detta dig din du
        efter ej eller en ett finns från för få får göra gör han har hade hans här honom hon
        hur i icke in inte jag kan kunna man med men mer mig min mot mycket när någon något
        några ni nu och också om oss på sedan sig sin ska skulle som så till under upp ut
        utan vad var vara vi vid vilka vilken ville år över
    """,
    "ru": """
        а без более бы был была были было быть в вам вас весь во вот все всё всех вы где да
        даже для до его ее её если есть еще ещё же за здесь и из или им их к как какой когда
        кто ли либо мне может можно мы на над надо наш не него нее нет ни них но ну о об
        однако он она они оно от очень по под после потом потому при про с сам свой себя со
        так также такой там тем то того тоже той только том тот ты у уже хотя чего чей чем
        что чтобы чье эта эти это этого этой этом этот я
    """,
    "pl": """
        a aby ale albo bez bo być był była było były by bym ci co czy dla do gdy gdzie go i
        ich im ja jak jako je jego jej jest jeszcze jeśli już każdy kiedy kto która które
        którego której który których lub ma może mi mnie można mu na nad nam nas nawet nic
        nie niż o od on ona one oni oraz po pod poza przed przez przy są się tak także tam
        te tego tej ten to tu tutaj tych tylko tym u w we więc wszystko z za ze że
    """,
}


@cache
def stop_words(lang: str) -> frozenset[str]:
    """The stop words of a language tag such as "de", "de-AT" or "pt_BR"; none when unknown."""
    code = lang.replace("_", "-").partition("-")[0].lower()
    return frozenset(_WORDS.get(code, "").split())
