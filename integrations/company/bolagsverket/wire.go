package bolagsverket

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/company"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// What the service answers (facts 5.4). Every block says who produced it and, when that producer did not answer, what went wrong.

type block struct {
	Fault *struct {
		Type string `json:"typ"` // ORGANISATION_FINNS_EJ, OGILTIG_BEGARAN, OTILLGANGLIG_UPPGIFTSKALLA, TIMEOUT
	} `json:"fel"`
}

// notThere is how a producer says that it has no such organisation: read, and nothing there.
const notThere = "ORGANISATION_FINNS_EJ"

func (b *block) unread() bool { return b.Fault != nil && b.Fault.Type != notThere }
func (b *block) denies() bool { return b.Fault != nil && b.Fault.Type == notThere }

type code struct {
	Code string `json:"kod"`
	Text string `json:"klartext"`
}

func (c code) portable() company.Code {
	return company.Code{Code: strings.TrimSpace(c.Code), Text: strings.TrimSpace(c.Text)}
}

type codeBlock struct {
	block
	code
}

type organisation struct {
	Identity *struct {
		Number string `json:"identitetsbeteckning"`
	} `json:"organisationsidentitet"`
	Serial *int `json:"namnskyddslopnummer"`
	Names  *struct {
		block
		List []struct {
			Name string `json:"namn"`
			Type code   `json:"organisationsnamntyp"`
		} `json:"organisationsnamnLista"`
	} `json:"organisationsnamn"`
	Form      *codeBlock `json:"organisationsform"`
	LegalForm *codeBlock `json:"juridiskForm"`
	Operating *codeBlock `json:"verksamOrganisation"`
	Dates     *struct {
		block
		Registered string `json:"registreringsdatum"`
	} `json:"organisationsdatum"`
	Deregistered *struct {
		block
		On string `json:"avregistreringsdatum"`
	} `json:"avregistreradOrganisation"`
	Cause   *codeBlock `json:"avregistreringsorsak"`
	Address *struct {
		block
		Address *struct {
			CareOf     string `json:"coAdress"`
			Street     string `json:"utdelningsadress"`
			PostalCode string `json:"postnummer"`
			City       string `json:"postort"`
			Country    string `json:"land"`
		} `json:"postadress"`
	} `json:"postadressOrganisation"`
	Activity *struct {
		block
		Text string `json:"beskrivning"`
	} `json:"verksamhetsbeskrivning"`
	Industry *struct {
		block
		SNI []code `json:"sni"`
	} `json:"naringsgrenOrganisation"`
	Proceedings *struct {
		block
		List []struct {
			code
			From string `json:"fromDatum"`
		} `json:"pagaendeAvvecklingsEllerOmstruktureringsforfarandeLista"`
	} `json:"pagaendeAvvecklingsEllerOmstruktureringsforfarande"`
}

const primaryName = "FORETAGSNAMN"

// decode reads an answer about one number. Records of others are dropped; when nothing else is there, nothing was answered.
func decode(body []byte, asked idno.Number, at time.Time) (company.Answer, error) {
	const op = "bolagsverket.decode"
	var a struct {
		Organisations *[]organisation `json:"organisationer"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Organisations == nil {
		return company.Answer{}, fault.New(op, fault.Unavailable, errors.New("the answer is of another shape than described"))
	}
	out := company.Answer{At: at, Source: source}
	for _, o := range *a.Organisations {
		switch {
		case o.Identity == nil || o.Identity.Number == "":
			if o.denied() {
				continue // what is said of nobody: there is none
			}
			return company.Answer{}, fault.New(op, fault.Unavailable, errors.New("the answer does not say whom it is about"))
		case !about(o.Identity.Number, asked):
			return company.Answer{}, fault.New(op, fault.Unavailable, errors.New("the answer is about somebody else"))
		case o.denied():
			continue
		}
		out.Companies = append(out.Companies, o.portable(asked))
	}
	return out, nil
}

// about reports whether a number in an answer, of ten or twelve digits, is the one that was asked about.
func about(number string, asked idno.Number) bool {
	plain := strings.ReplaceAll(strings.TrimSpace(number), "-", "")
	return plain == identity(asked) || plain == asked.Digits()
}

// denied reports whether the producer of the name says that there is no such organisation.
func (o *organisation) denied() bool { return o.Names != nil && o.Names.denies() }

func (o *organisation) portable(n idno.Number) company.Company {
	c := company.Company{Number: n}
	if o.Serial != nil {
		c.Serial = *o.Serial
	}
	unread := func(p company.Part, b *block) bool {
		if b.unread() {
			c.Unread = append(c.Unread, p)
		}
		return b.Fault != nil
	}
	// A block that is null or absent is one that the register has nothing for, but a name there must be.
	if o.Names == nil {
		c.Unread = append(c.Unread, company.PartName)
	} else if !unread(company.PartName, &o.Names.block) {
		c.Name, c.OtherNames = o.names()
		if c.Name == "" {
			c.Unread = append(c.Unread, company.PartName)
		}
	}
	if o.Form != nil && !unread(company.PartForm, &o.Form.block) {
		c.Form = o.Form.portable()
	}
	if o.LegalForm != nil && !unread(company.PartLegalForm, &o.LegalForm.block) {
		c.LegalForm = o.LegalForm.portable()
	}
	if o.Operating != nil && !unread(company.PartOperating, &o.Operating.block) {
		switch o.Operating.Code {
		case "JA":
			c.Operating = company.OperatingYes
		case "NEJ":
			c.Operating = company.OperatingNo
		}
	}
	if o.Dates != nil && !unread(company.PartDates, &o.Dates.block) {
		c.Registered = day(o.Dates.Registered)
	}
	if o.Deregistered != nil && !unread(company.PartDeregistration, &o.Deregistered.block) {
		c.Deregistered = day(o.Deregistered.On)
	}
	if o.Cause != nil && !unread(company.PartDeregistration, &o.Cause.block) {
		c.Cause = o.Cause.portable()
	}
	if o.Address != nil && !unread(company.PartAddress, &o.Address.block) && o.Address.Address != nil {
		a := o.Address.Address
		c.Address = company.Address{CareOf: strings.TrimSpace(a.CareOf), Street: strings.TrimSpace(a.Street),
			PostalCode: strings.ReplaceAll(strings.TrimSpace(a.PostalCode), " ", ""), City: strings.TrimSpace(a.City), Country: strings.TrimSpace(a.Country)}
	}
	if o.Activity != nil && !unread(company.PartActivity, &o.Activity.block) {
		c.Activity = strings.TrimSpace(o.Activity.Text)
	}
	if o.Industry != nil && !unread(company.PartIndustry, &o.Industry.block) {
		for _, s := range o.Industry.SNI {
			if p := s.portable(); p.Code != "" { // unused places are blank codes
				c.Industries = append(c.Industries, p)
			}
		}
	}
	if o.Proceedings != nil && !unread(company.PartProceedings, &o.Proceedings.block) {
		for _, p := range o.Proceedings.List {
			c.Proceedings = append(c.Proceedings, company.Proceeding{Code: p.portable(), From: day(p.From)})
		}
	}
	slices.Sort(c.Unread)
	c.Unread = slices.Compact(c.Unread)
	return c
}

// names gives the company's name and its other ones.
func (o *organisation) names() (name string, others []string) {
	for _, n := range o.Names.List {
		text := strings.TrimSpace(n.Name)
		switch {
		case text == "":
		case name == "" && n.Type.Code == primaryName:
			name = text
		default:
			others = append(others, text)
		}
	}
	if name == "" && len(others) > 0 {
		return others[0], others[1:]
	}
	return name, others
}

// day takes the date of what is a date, or a date with a time ("2023-05-05T00:00:00.000+00:00").
func day(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 10 {
		if _, err := time.Parse(time.DateOnly, s[:10]); err == nil {
			return s[:10]
		}
	}
	return s
}
