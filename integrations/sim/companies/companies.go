// Package companies is the cast of companies of the demo and the tests, beside the people of package personas: invented companies,
// each showing one situation, as the register of companies has them.
//
// Organisation numbers are taken from the ends of their series (559999, 969999), which have not been given to anybody; sole traders
// are personas, whose numbers are test numbers.
package companies

import (
	"slices"

	"samtjanst/integrations/company"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/idno"
)

// ID names a company: "provbageriet".
type ID string

// The cast.
const (
	Provbageriet  ID = "provbageriet"
	Testkrogen    ID = "testkrogen"
	Democafeet    ID = "democafeet"
	Provfisk      ID = "provfisk"
	Testrokeriet  ID = "testrokeriet"
	Provkiosken   ID = "provkiosken"
	Petras        ID = "petras-honung"
	PetrasTwo     ID = "petras-glass"
	HannasCookies ID = "hannas-kakor"
)

// Entry is one company with everything that the simulator knows of it.
type Entry struct {
	ID ID
	company.Company
	Story string // one Swedish sentence: what it is good for trying
}

// All gives the cast.
func All() []Entry {
	out := make([]Entry, len(cast))
	for i, e := range cast {
		e.OtherNames, e.Proceedings = slices.Clone(e.OtherNames), slices.Clone(e.Proceedings)
		e.Industries, e.Unread = slices.Clone(e.Industries), slices.Clone(e.Unread)
		out[i] = e
	}
	return out
}

// Company gives a company of the cast. It panics on an ID that is not there, which is a mistake in the calling code.
func (id ID) Company() company.Company {
	for _, e := range All() {
		if e.ID == id {
			return e.Company
		}
	}
	panic("companies: nothing is called " + string(id))
}

// Number is the company's number.
func (id ID) Number() idno.Number { return id.Company().Number }

// Nobody is a right organisation number that no company in the cast has.
var Nobody = organisation("5599999991")

var (
	ab     = company.Code{Code: "AB", Text: "Aktiebolag"}
	hb     = company.Code{Code: "HB", Text: "Handelsbolag"}
	sole   = company.Code{Code: "E", Text: "Enskild näringsverksamhet"}
	other  = company.Code{Code: "49", Text: "Övriga aktiebolag"}
	trade  = company.Code{Code: "31", Text: "Handelsbolag, kommanditbolag"}
	person = company.Code{Code: "10", Text: "Fysiska personer"}

	restaurant = company.Code{Code: "56110", Text: "Restaurangverksamhet"}
	bakery     = company.Code{Code: "10710", Text: "Tillverkning av mjukt matbröd och färska bakverk"}
	fishShop   = company.Code{Code: "47230", Text: "Specialiserad butikshandel med fisk, skal- och blötdjur"}
	fishPlant  = company.Code{Code: "10200", Text: "Beredning och hållbarhetsbehandling av fisk samt skal- och blötdjur"}
	cafe       = company.Code{Code: "56300", Text: "Barverksamhet"}
	kiosk      = company.Code{Code: "47112", Text: "Livsmedelshandel med brett sortiment, ej varuhus eller stormarknad"}
)

var cast = []Entry{
	{Provbageriet, company.Company{Number: organisation("5599990008"), Name: "Provbageriet i Ekköping AB", OtherNames: []string{"Ekköpings Demobröd"}, Form: ab,
		LegalForm: other, Address: ekkoping("", "Provgatan 12"), Registered: "2019-03-04", Operating: company.OperatingYes,
		Activity: "Bolaget ska bedriva bageri och kafé.", Industries: []company.Code{bakery, restaurant}},
		"Ett verksamt aktiebolag i Ekköping, med allt i sin ordning."},
	{Testkrogen, company.Company{Number: organisation("5599990016"), Name: "Testkrogen AB", Form: ab, LegalForm: other,
		Address: ekkoping("c/o Konkursboet", "Testtorget 2"), Registered: "2015-09-21", Operating: company.OperatingYes,
		Proceedings: []company.Proceeding{{Code: company.Code{Code: "KK", Text: "Konkurs"}, From: "2026-10-05"}},
		Activity:    "Bolaget ska bedriva restaurang.", Industries: []company.Code{restaurant}},
		"Aktiebolaget är i konkurs sedan i oktober."},
	{Democafeet, company.Company{Number: organisation("9699990009"), Name: "Democaféet Handelsbolag", Form: hb, LegalForm: trade,
		Address: ekkoping("", "Demohamnen 2"), Registered: "2011-05-16", Operating: company.OperatingNo, Deregistered: "2025-03-31",
		Cause: company.Code{Code: "BFEG", Text: "Begärd av företaget"}, Activity: "Kafé.", Industries: []company.Code{cafe}},
		"Handelsbolaget är avregistrerat sedan mars 2025."},
	{Provfisk, company.Company{Number: organisation("5599990024"), Name: "Provfisk AB", Form: ab, LegalForm: other, Registered: "2021-02-01",
		Activity: "Bolaget ska sälja fisk.", Industries: []company.Code{fishShop},
		Unread: []company.Part{company.PartAddress, company.PartOperating}},
		"Den ena av registrets källor svarar aldrig för bolaget: adressen är okänd, inte tom."},
	{Testrokeriet, company.Company{Number: organisation("5599990032"), Name: "Tallviks Teströkeri AB", Form: ab, LegalForm: other,
		Address: tallvik("Teststranden 7"), Registered: "2018-11-12", Operating: company.OperatingYes,
		Activity: "Bolaget ska röka och sälja fisk.", Industries: []company.Code{fishPlant, fishShop}},
		"Ett verksamt aktiebolag i Tallvik."},
	{Provkiosken, company.Company{Number: personas.MariaProvberg.Number(), Serial: 1, Name: "Marias Provkiosk", Form: sole, LegalForm: person,
		Address: ekkoping("", "Exempelvägen 3"), Registered: "2023-06-01", Operating: company.OperatingYes, Activity: "Kioskverksamhet.",
		Industries: []company.Code{kiosk}},
		"Maria Provbergs enskilda firma; numret är hennes personnummer."},
	{Petras, company.Company{Number: personas.PetraTestberg.Number(), Serial: 1, Name: "Petras Provhonung", Form: sole, LegalForm: person,
		Address: ekkoping("", "Demohamnen 2"), Registered: "2017-04-18", Operating: company.OperatingYes, Activity: "Biodling."},
		"Petra Testberg har två firmor på samma personnummer."},
	{PetrasTwo, company.Company{Number: personas.PetraTestberg.Number(), Serial: 2, Name: "Petras Testglass", Form: sole, LegalForm: person,
		Address: ekkoping("", "Demohamnen 2"), Registered: "2022-05-02", Operating: company.OperatingYes, Activity: "Glassförsäljning."},
		"Petra Testbergs andra firma."},
	{HannasCookies, company.Company{Number: personas.HannaProvlind.Number(), Serial: 1, Name: "Hannas Testkakor", Form: sole, LegalForm: person,
		Registered: "2020-01-15", Operating: company.OperatingYes, Activity: "Bakning."},
		"Hanna Provlind har skyddade personuppgifter; registret lämnar ingen adress."},
}

func organisation(ten string) idno.Number {
	n, err := idno.ParseOrganisation(ten)
	if err != nil {
		panic("companies: " + ten + ": " + err.Error())
	}
	return n
}

func ekkoping(careOf, street string) company.Address {
	return company.Address{CareOf: careOf, Street: street, PostalCode: "99110", City: "Ekköping", Country: "Sverige"}
}

func tallvik(street string) company.Address {
	return company.Address{Street: street, PostalCode: "99210", City: "Tallvik", Country: "Sverige"}
}
