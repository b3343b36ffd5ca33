// Package places is the cast of addresses and properties of the demo and the tests, beside the people of package personas and the companies
// of package companies: invented ones, each showing one situation, as Lantmäteriet's registers have them: they know addresses,
// not who lives there.
package places

import (
	"slices"

	"samtjanst/integrations/property"
)

// Municipality codes of the cast.
const (
	Ekkoping = "9901"
	Tallvik  = "9902"
)

// Place is an address with everything that the simulator knows of it.
type Place struct {
	property.Address
	Code string // kommunkod

	// What the street is made of.
	Area, Farm, Number, Letter string

	Reserved bool   // decided, and not in use yet
	Unknown  bool   // the register does not answer for the property
	Story    string // one Swedish sentence: what it is good for trying
}

// Parcel is a property with its municipality.
type Parcel struct {
	property.Unit
	Code  string // kommunkod
	Story string
}

// Addresses gives the cast of addresses.
func Addresses() []Place { return slices.Clone(addresses) }

// Parcels gives the cast of properties.
func Parcels() []Parcel { return slices.Clone(parcels) }

var (
	provet12  = unit("11", "EKKÖPING PROVET 1:2", property.Real)
	provet13  = unit("12", "EKKÖPING PROVET 1:3", property.Real)
	torget    = unit("13", "EKKÖPING TESTTORGET 4", property.Real)
	hamnen    = unit("14", "EKKÖPING DEMOHAMNEN 7", property.Real)
	byn       = unit("15", "EKKÖPING PROVBYN 3:14", property.Real)
	exempel   = unit("16", "EKKÖPING EXEMPLET 8", property.Real)
	exempelBy = unit("17", "EKKÖPING PROVBYN 2:1", property.Real)
	common    = unit("18", "EKKÖPING PROVET S:1", property.Joint)
	road      = unit("19", "EKKÖPING PROVET GA:2", property.Works)
	stranden  = unit("21", "TALLVIK TESTET 5:7", property.Real)
	tallProv  = unit("22", "TALLVIK PROVET 1:2", property.Real)
)

var parcels = []Parcel{
	{provet12, Ekkoping, "Fastigheten vid Provgatan 12. Det finns en Provet 1:2 i Tallvik också."},
	{provet13, Ekkoping, "Grannfastigheten, med två portar."},
	{torget, Ekkoping, "Fastigheten vid Testtorget."},
	{hamnen, Ekkoping, "Fastigheten i hamnen."},
	{byn, Ekkoping, "En gård i en by."},
	{exempel, Ekkoping, "Exempelvägen 3 i tätorten."},
	{exempelBy, Ekkoping, "Exempelvägen 3 i Provby."},
	{common, Ekkoping, "En samfällighet."},
	{road, Ekkoping, "En gemensamhetsanläggning: vägen."},
	{stranden, Tallvik, "Fastigheten vid stranden."},
	{tallProv, Tallvik, "Heter som en fastighet i Ekköping."},
}

var addresses = []Place{
	ekkoping("01", "Provgatan", "12", "", provet12, "Finns, och stämmer till punkt och pricka."),
	ekkoping("02", "Provgatan", "12", "A", provet13, "Kommer med när någon söker på Provgatan 1 eller bara på Provgatan."),
	ekkoping("03", "Provgatan", "12", "B", provet13, "Porten bredvid."),
	ekkoping("04", "Testtorget", "2", "", torget, "Finns, och stämmer."),
	ekkoping("05", "Testtorget", "8", "", torget, "Samma fastighet som Testtorget 2."),
	ekkoping("06", "Demohamnen", "2", "", hamnen, "Finns, och stämmer."),
	ekkoping("07", "Exempelvägen", "3", "", exempel, "Finns på två ställen i kommunen: man får välja."),
	provby("08", "Exempelvägen", "3", exempelBy, "Den andra Exempelvägen 3."),
	{Address: property.Address{ID: id("09"), Street: "Provbyn Testtorpet 1", PostalCode: "99140", City: "Provby", District: "Provby", Municipality: "Ekköping", Unit: byn},
		Code: Ekkoping, Area: "Provbyn", Farm: "Testtorpet", Number: "1", Story: "En gård i en by: hittas på Testtorpet 1, men heter mer."},
	{Address: property.Address{ID: id("10"), Street: "Provholmen 1", District: "Ekköping", Municipality: "Ekköping", Unit: hamnen},
		Code: Ekkoping, Area: "Provholmen", Number: "1", Story: "Hit går ingen post: adressen har varken postnummer eller ort."},
	unknown(ekkoping("11", "Testkajen", "6", "", hamnen, "Registret svarar inte på vilken fastighet den ligger på.")),
	ekkoping("12", "Teststigen", "9", "", property.Unit{}, "Ligger inte på någon fastighet som registret känner."),
	reserved(ekkoping("13", "Framtidsgatan", "1", "", provet13, "Är bara reserverad och hittas inte.")),
	tallvik("21", "Teststranden", "7", stranden, "Finns i Tallvik, och hittas bara därifrån."),
	tallvik("22", "Provgatan", "12", tallProv, "Heter som en adress i Ekköping."),
}

// id is a UUID of the cast, by two digits.
func id(two string) string { return "5f2e1d4c-00" + two + "-4b21-9c02-000000000000" }

func unit(two, designation string, kind property.Kind) property.Unit {
	return property.Unit{ID: "6a3f2e5d-00" + two + "-4c32-8d03-000000000000", Designation: designation, Kind: kind}
}

func at(two, area, number, letter, postal, city, district, municipality, code string, u property.Unit, story string) Place {
	street := area + " " + number
	if letter != "" {
		street += " " + letter
	}
	return Place{Address: property.Address{ID: id(two), Street: street, PostalCode: postal, City: city, District: district, Municipality: municipality, Unit: u},
		Code: code, Area: area, Number: number, Letter: letter, Story: story}
}

func ekkoping(two, area, number, letter string, u property.Unit, story string) Place {
	return at(two, area, number, letter, "99110", "Ekköping", "Ekköping", "Ekköping", Ekkoping, u, story)
}

func provby(two, area, number string, u property.Unit, story string) Place {
	return at(two, area, number, "", "99140", "Provby", "Provby", "Ekköping", Ekkoping, u, story)
}

func tallvik(two, area, number string, u property.Unit, story string) Place {
	return at(two, area, number, "", "99210", "Tallvik", "Tallvik", "Tallvik", Tallvik, u, story)
}

func unknown(p Place) Place {
	p.Unknown = true
	p.Unit, p.Unread = property.Unit{}, []property.Part{property.PartUnit}
	return p
}

func reserved(p Place) Place { p.Reserved = true; return p }
