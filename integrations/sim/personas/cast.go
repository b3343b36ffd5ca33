package personas

import "samtjanst/integrations/population"

// The cast, by family; the letter is the situation that the family is there to show.
const (
	AnnaTestsson  ID = "anna-testsson" // (a) two parents, one address, two children
	ErikTestsson  ID = "erik-testsson"
	ElsaTestsson  ID = "elsa-testsson"
	OskarTestsson ID = "oskar-testsson"

	MariaProvberg ID = "maria-provberg" // (b) two homes in Ekköping
	JohanProvlund ID = "johan-provlund"
	AlvaProvberg  ID = "alva-provberg"

	SaraExempelsson  ID = "sara-exempelsson" // (c) sole custody
	LeoExempelsson   ID = "leo-exempelsson"
	PeterExempelgren ID = "peter-exempelgren"

	KarinDemolund  ID = "karin-demolund" // (d) the other guardian is marked
	DanielDemolund ID = "daniel-demolund"
	ToveDemolund   ID = "tove-demolund"

	LindaProvgren   ID = "linda-provgren" // (e) the child is protected
	MattiasProvgren ID = "mattias-provgren"
	NovaProvgren    ID = "nova-provgren"

	PetraTestberg  ID = "petra-testberg" // (f) the other guardian is dead
	AndersTestberg ID = "anders-testberg"
	HugoTestberg   ID = "hugo-testberg"

	EmmaDemogren   ID = "emma-demogren" // (g) the other guardian has emigrated
	MarcusDemogren ID = "marcus-demogren"
	EllaDemogren   ID = "ella-demogren"

	LeilaProvstrom ID = "leila-provstrom" // (h) coordination number
	SamirProvstrom ID = "samir-provstrom"
	AmirProvstrom  ID = "amir-provstrom"

	RobinExempelstrom  ID = "robin-exempelstrom" // (i) changed number
	LovisaExempelstrom ID = "lovisa-exempelstrom"
	IdaExempelstrom    ID = "ida-exempelstrom"

	HelenaTestgren ID = "helena-testgren" // (j) the other guardian has no e-legitimation
	BengtTestgren  ID = "bengt-testgren"
	VilmerTestgren ID = "vilmer-testgren"

	JennyDemoberg  ID = "jenny-demoberg" // (k) one home in the other municipality
	PatrikDemoberg ID = "patrik-demoberg"
	LinusDemoberg  ID = "linus-demoberg"

	CamillaProvdal ID = "camilla-provdal" // (l) Tallvik, one address
	FredrikProvdal ID = "fredrik-provdal"
	SigneProvdal   ID = "signe-provdal"

	UlrikaTestdal ID = "ulrika-testdal" // (m) Tallvik, two homes
	MagnusTestdal ID = "magnus-testdal"
	MelkerTestdal ID = "melker-testdal"

	GunnarTestman ID = "gunnar-testman" // (n) no children

	HannaProvlind ID = "hanna-provlind" // (o) marked herself
	WilmaProvlind ID = "wilma-provlind"
)

type row struct {
	id            ID
	number        string
	given, called string // all given names, and the one that is used when it is not the only one
	surname       string
	home          string // key of homes; "" for nobody registered in Sweden
	phone         string // last three digits of 070-1740nnn
	story         string
}

// scene is a family's situation: who is in it and how custody lies.
type scene struct {
	title     string
	people    []row
	parents   []ID // of every child
	guardians []ID // of every child
	children  []ID
	spouses   bool
}

var homes = map[string]population.Address{
	"ek-provgatan":    ekkoping("Provgatan 12", "", "4f1d0c3e-0001-4a10-8a01-000000009901"),
	"ek-exempelvagen": ekkoping("Exempelvägen 3", "lgh 1101", "4f1d0c3e-0002-4a10-8a01-000000009901"),
	"ek-testtorget":   ekkoping("Testtorget 8", "lgh 1203", "4f1d0c3e-0003-4a10-8a01-000000009901"),
	"ek-norrbacken":   ekkoping("Norra Provbacken 41", "", "4f1d0c3e-0004-4a10-8a01-000000009901"),
	"ek-bruket":       ekkoping("Exempelbruket 5", "", "4f1d0c3e-0005-4a10-8a01-000000009901"),
	"ek-kvarnen":      ekkoping("Provkvarnen 17", "", "4f1d0c3e-0006-4a10-8a01-000000009901"),
	"ek-hamnen":       ekkoping("Demohamnen 2", "lgh 1002", "4f1d0c3e-0007-4a10-8a01-000000009901"),
	"ek-lunden":       ekkoping("Demolunden 29", "", "4f1d0c3e-0008-4a10-8a01-000000009901"),
	"ek-dolt":         ekkoping("Hemliga Provstigen 1", "", "4f1d0c3e-0009-4a10-8a01-000000009901"),
	"ek-dolt2":        ekkoping("Hemliga Provstigen 2", "", "4f1d0c3e-0010-4a10-8a01-000000009901"),
	"ek-dolt3":        ekkoping("Hemliga Provstigen 3", "", "4f1d0c3e-0016-4a10-8a01-000000009901"),
	"ek-viken":        ekkoping("Demoviken 11", "", "4f1d0c3e-0017-4a10-8a01-000000009901"),
	"ek-torpet":       ekkoping("Testtorpet 1", "", "4f1d0c3e-0018-4a10-8a01-000000009901"),
	"ek-granden":      ekkoping("Testgränden 6", "", "4f1d0c3e-0011-4a10-8a01-000000009901"),
	"ek-angen":        ekkoping("Provängen 22", "", "4f1d0c3e-0012-4a10-8a01-000000009901"),
	"ek-backen":       ekkoping("Exempelbacken 14", "", "4f1d0c3e-0013-4a10-8a01-000000009901"),
	"ek-parken":       ekkoping("Demoparken 9", "lgh 1301", "4f1d0c3e-0014-4a10-8a01-000000009901"),
	"ek-asen":         ekkoping("Teståsen 33", "", "4f1d0c3e-0015-4a10-8a01-000000009901"),
	"ta-sjovagen":     tallvik("Provsjövägen 4", "", "4f1d0c3e-0001-4a10-8a01-000000009902"),
	"ta-skogen":       tallvik("Exempelskogen 18", "", "4f1d0c3e-0002-4a10-8a01-000000009902"),
	"ta-stranden":     tallvik("Teststranden 7", "", "4f1d0c3e-0003-4a10-8a01-000000009902"),
	"ta-udden":        tallvik("Demoudden 51", "", "4f1d0c3e-0004-4a10-8a01-000000009902"),
}

var scenes = []scene{
	{
		title: "Ekköping: två vårdnadshavare på samma adress",
		people: []row{
			{AnnaTestsson, "198403122388", "Anna Kristina", "Anna", "Testsson", "ek-provgatan", "605",
				"Anna söker skolskjuts för Elsa och Oskar, som hon har vårdnaden om tillsammans med Erik."},
			{ErikTestsson, "198209052391", "Erik", "", "Testsson", "ek-provgatan", "606",
				"Erik är den andra vårdnadshavaren och skriver under efter Anna."},
			{ElsaTestsson, "201905142384", "Elsa", "", "Testsson", "ek-provgatan", "", "Elsa går i årskurs 1."},
			{OskarTestsson, "201308222395", "Oskar", "", "Testsson", "ek-provgatan", "", "Oskar går i årskurs 7."},
		},
		parents: []ID{AnnaTestsson, ErikTestsson}, guardians: []ID{AnnaTestsson, ErikTestsson},
		children: []ID{ElsaTestsson, OskarTestsson}, spouses: true,
	},
	{
		title: "Ekköping: växelvis boende i två hem",
		people: []row{
			{MariaProvberg, "198706182386", "Maria Elisabet", "Maria", "Provberg", "ek-exempelvagen", "607",
				"Alva är folkbokförd hos Maria och bor varannan vecka hos Johan."},
			{JohanProvlund, "198501272390", "Karl Johan", "Johan", "Provlund", "ek-norrbacken", "608",
				"Johan bor på en annan adress i kommunen; hans adress ska aldrig visas för Maria."},
			{AlvaProvberg, "201603302389", "Alva", "", "Provberg", "ek-exempelvagen", "", "Alva går i årskurs 4."},
		},
		parents: []ID{MariaProvberg, JohanProvlund}, guardians: []ID{MariaProvberg, JohanProvlund},
		children: []ID{AlvaProvberg},
	},
	{
		title: "Ekköping: ensam vårdnad",
		people: []row{
			{SaraExempelsson, "199011092385", "Sara", "", "Exempelsson", "ek-testtorget", "609",
				"Sara har ensam vårdnad om Leo och skriver under ensam."},
			{LeoExempelsson, "201710032390", "Leo", "", "Exempelsson", "ek-testtorget", "", "Leo går i årskurs 3."},
			{PeterExempelgren, "197705142391", "Peter", "", "Exempelgren", "ek-viken", "610",
				"Peter är Leos far men inte vårdnadshavare och kan inte söka för honom."},
		},
		parents: []ID{SaraExempelsson, PeterExempelgren}, guardians: []ID{SaraExempelsson},
		children: []ID{LeoExempelsson},
	},
	{
		title: "Ekköping: den andra vårdnadshavaren har sekretessmarkering",
		people: []row{
			{KarinDemolund, "198812202391", "Karin", "", "Demolund", "ek-bruket", "611",
				"Karin söker för Tove, men Toves andra vårdnadshavare har skyddade personuppgifter."},
			{DanielDemolund, "198107302393", "Daniel", "", "Demolund", "ek-dolt", "612",
				"Daniel har sekretessmarkering; inget om honom får visas."},
			{ToveDemolund, "201509082382", "Tove", "", "Demolund", "ek-bruket", "", "Tove går i årskurs 5."},
		},
		parents: []ID{KarinDemolund, DanielDemolund}, guardians: []ID{KarinDemolund, DanielDemolund},
		children: []ID{ToveDemolund},
	},
	{
		title: "Ekköping: barnet har skyddad folkbokföring",
		people: []row{
			{LindaProvgren, "198602252382", "Linda", "", "Provgren", "ek-angen", "613",
				"Linda är vårdnadshavare för Nova, som har skyddad folkbokföring."},
			{MattiasProvgren, "198406062391", "Mattias", "", "Provgren", "ek-kvarnen", "614",
				"Mattias är också vårdnadshavare för Nova och får inte veta var hon bor."},
			{NovaProvgren, "201401192388", "Nova", "", "Provgren", "ek-dolt3", "", "Nova går i årskurs 6 och har skyddad folkbokföring."},
		},
		parents: []ID{LindaProvgren, MattiasProvgren}, guardians: []ID{LindaProvgren, MattiasProvgren},
		children: []ID{NovaProvgren},
	},
	{
		title: "Ekköping: den andra vårdnadshavaren har avlidit",
		people: []row{
			{PetraTestberg, "197908232387", "Petra", "", "Testberg", "ek-hamnen", "615",
				"Petra är ensam kvar som vårdnadshavare för Hugo."},
			{AndersTestberg, "198410032398", "Anders", "", "Testberg", "", "",
				"Anders avled 2024."},
			{HugoTestberg, "201410112393", "Hugo", "", "Testberg", "ek-hamnen", "", "Hugo går i årskurs 6."},
		},
		parents: []ID{PetraTestberg, AndersTestberg}, guardians: []ID{PetraTestberg, AndersTestberg},
		children: []ID{HugoTestberg},
	},
	{
		title: "Ekköping: den andra vårdnadshavaren har utvandrat",
		people: []row{
			{EmmaDemogren, "198903022385", "Emma", "", "Demogren", "ek-lunden", "616",
				"Emma bor med Ella; den andra vårdnadshavaren har flyttat utomlands."},
			{MarcusDemogren, "198711172398", "Marcus", "", "Demogren", "", "617",
				"Marcus utvandrade 2025 men är fortfarande vårdnadshavare och har e-legitimation."},
			{EllaDemogren, "201804272381", "Ella", "", "Demogren", "ek-lunden", "", "Ella går i årskurs 2."},
		},
		parents: []ID{EmmaDemogren, MarcusDemogren}, guardians: []ID{EmmaDemogren, MarcusDemogren},
		children: []ID{EllaDemogren},
	},
	{
		title: "Ekköping: vårdnadshavare med samordningsnummer",
		people: []row{
			{LeilaProvstrom, "198507132382", "Leila", "", "Provström", "ek-granden", "618",
				"Leila bor med Amir; den andra vårdnadshavaren har samordningsnummer."},
			{SamirProvstrom, "198306692396", "Samir", "", "Provström", "", "619",
				"Samir har samordningsnummer och är inte folkbokförd i Sverige."},
			{AmirProvstrom, "201809052390", "Amir", "", "Provström", "ek-granden", "", "Amir går i årskurs 2."},
		},
		parents: []ID{LeilaProvstrom, SamirProvstrom}, guardians: []ID{LeilaProvstrom, SamirProvstrom},
		children: []ID{AmirProvstrom},
	},
	{
		title: "Ekköping: vårdnadshavare som har bytt personnummer",
		people: []row{
			{RobinExempelstrom, "198001292393", "Robin", "", "Exempelström", "ek-parken", "620",
				"Robin har fått ett nytt personnummer; det gamla hänvisar dit."},
			{LovisaExempelstrom, "198104039808", "Lovisa", "", "Exempelström", "ek-parken", "621",
				"Lovisa är Idas andra vårdnadshavare."},
			{IdaExempelstrom, "201202162382", "Ida", "", "Exempelström", "ek-parken", "", "Ida går i årskurs 8."},
		},
		parents: []ID{RobinExempelstrom, LovisaExempelstrom}, guardians: []ID{RobinExempelstrom, LovisaExempelstrom},
		children: []ID{IdaExempelstrom}, spouses: true,
	},
	{
		title: "Ekköping: den andra vårdnadshavaren saknar e-legitimation",
		people: []row{
			{HelenaTestgren, "198204042389", "Helena", "", "Testgren", "ek-asen", "622",
				"Helena söker för Vilmer; Bengt skriver under på papper."},
			{BengtTestgren, "196309092390", "Bengt", "", "Testgren", "ek-asen", "623",
				"Bengt har ingen e-legitimation."},
			{VilmerTestgren, "201305052399", "Vilmer", "", "Testgren", "ek-asen", "", "Vilmer går i årskurs 7."},
		},
		parents: []ID{HelenaTestgren, BengtTestgren}, guardians: []ID{HelenaTestgren, BengtTestgren},
		children: []ID{VilmerTestgren}, spouses: true,
	},
	{
		title: "Ekköping och Tallvik: hem i två kommuner",
		people: []row{
			{JennyDemoberg, "198610302385", "Jenny", "", "Demoberg", "ek-backen", "624",
				"Linus är folkbokförd hos Jenny i Ekköping och bor varannan vecka i Tallvik."},
			{PatrikDemoberg, "198412032396", "Patrik", "", "Demoberg", "ta-udden", "625",
				"Patrik är folkbokförd i Tallvik; skjuts dit är en fråga för hemkommunen."},
			{LinusDemoberg, "201611192392", "Linus", "", "Demoberg", "ek-backen", "", "Linus går i årskurs 4."},
		},
		parents: []ID{JennyDemoberg, PatrikDemoberg}, guardians: []ID{JennyDemoberg, PatrikDemoberg},
		children: []ID{LinusDemoberg},
	},
	{
		title: "Tallvik: två vårdnadshavare på samma adress",
		people: []row{
			{CamillaProvdal, "198808082385", "Camilla", "", "Provdal", "ta-sjovagen", "626",
				"Camilla söker för Signe; i Tallvik räcker en underskrift när barnet bor med sökanden."},
			{FredrikProvdal, "198603162390", "Fredrik", "", "Provdal", "ta-sjovagen", "627",
				"Fredrik är Signes andra vårdnadshavare."},
			{SigneProvdal, "201807202385", "Signe", "", "Provdal", "ta-sjovagen", "", "Signe går i årskurs 2."},
		},
		parents: []ID{CamillaProvdal, FredrikProvdal}, guardians: []ID{CamillaProvdal, FredrikProvdal},
		children: []ID{SigneProvdal}, spouses: true,
	},
	{
		title: "Tallvik: växelvis boende i två hem",
		people: []row{
			{UlrikaTestdal, "198109212384", "Ulrika", "", "Testdal", "ta-skogen", "628",
				"Melker är folkbokförd hos Ulrika och bor varannan vecka hos Magnus."},
			{MagnusTestdal, "197906112391", "Magnus", "", "Testdal", "ta-stranden", "629",
				"Magnus bor på en annan adress i Tallvik."},
			{MelkerTestdal, "201506242393", "Melker", "", "Testdal", "ta-skogen", "", "Melker går i årskurs 5."},
		},
		parents: []ID{UlrikaTestdal, MagnusTestdal}, guardians: []ID{UlrikaTestdal, MagnusTestdal},
		children: []ID{MelkerTestdal},
	},
	{
		title: "Ekköping: ingen vårdnadshavare",
		people: []row{
			{GunnarTestman, "197001012397", "Gunnar", "", "Testman", "ek-torpet", "630",
				"Gunnar har inga barn och kan inte söka skolskjuts."},
		},
	},
	{
		title: "Ekköping: sökanden har själv sekretessmarkering",
		people: []row{
			{HannaProvlind, "199105142385", "Hanna", "", "Provlind", "ek-dolt2", "631",
				"Hanna har sekretessmarkering och hänvisas till ett annat sätt att ansöka."},
			{WilmaProvlind, "201708122385", "Wilma", "", "Provlind", "ek-dolt2", "", "Wilma går i årskurs 3."},
		},
		parents: []ID{HannaProvlind}, guardians: []ID{HannaProvlind},
		children: []ID{WilmaProvlind},
	},
}
