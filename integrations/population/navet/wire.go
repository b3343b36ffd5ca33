package navet

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

type request struct {
	Order struct {
		Organisation string `json:"organisationsnummer"`
		ID           string `json:"bestallningsidentitet"`
	} `json:"bestallning"`
	Terms []term `json:"sokvillkor"`
}

type term struct {
	ID string `json:"identitetsbeteckning"`
}

func newRequest(c Config, asked []idno.Number) request {
	var r request
	r.Order.Organisation, r.Order.ID = c.Organisation, c.Order
	for _, n := range asked {
		r.Terms = append(r.Terms, term{n.Digits()})
	}
	return r
}

// What is read of the answer; the rest is skipped, never kept.
type (
	answer struct {
		Records []post    `json:"folkbokforingsposter"`
		Errors  []problem `json:"fel"`
		At      string    `json:"tidpunkt"`
	}
	problem struct {
		ID   string `json:"id"`
		Code int    `json:"orsakskod"`
	}
	post struct {
		Identity struct {
			ID     string `json:"identitetsbeteckning"`
			Status struct {
				Value string `json:"varde"` // AKTIVT, VILANDEFÖRKLARAT, STÄNGT, AVREGISTRERAT
			} `json:"status"`
		} `json:"identitet"`
		Protection string `json:"skyddAvPersonuppgifter"`
		Name       struct {
			Given struct {
				Name string `json:"namn"`
				Mark string `json:"tilltalsnamnsmarkering"`
			} `json:"fornamn"`
			Middle  word `json:"mellannamn"`
			Surname word `json:"efternamn"`
		} `json:"namn"`
		Registration struct {
			Address struct {
				CareOf string `json:"careOf"`
				Street string `json:"gatuadress"`
				Extra  string `json:"adressfortsattning"`
				Code   string `json:"postnummer"`
				City   string `json:"postort"`
				Key    string `json:"nyckel"`
			} `json:"adress"`
			County       string `json:"lanskod"`
			Municipality string `json:"kommunkod"`
			Property     struct {
				Name string `json:"beteckning"`
			} `json:"fastighet"`
			Since date `json:"datum"`
		} `json:"folkbokforing"`
		Known []struct {
			ID    string   `json:"identitetsbeteckning"`
			Type  kindCode `json:"typ"`
			Since date     `json:"fromDatumVardnad"`
			Gone  struct {
				Code string `json:"orsakskod"`
			} `json:"avregistrering"`
		} `json:"relationerTillFolkbokforda"`
		NeverRegistered []struct {
			Type  kindCode `json:"typ"`
			Since date     `json:"fromDatumVardnad"`
		} `json:"relationerTillAldrigFolkbokforda"`
		RefersTo     []term `json:"hanvisningar"`
		Deregistered struct {
			On   date   `json:"avregistreringsdatum"`
			Code string `json:"orsakskod"`
		} `json:"avregistrering"`
		Coordination struct {
			Died date `json:"datumAvliden"`
		} `json:"samordningsnummer"`
	}
	word struct {
		Name string `json:"namn"`
	}
	kindCode struct {
		Code string `json:"kod"`
	}
	// date may be incomplete, with zeros for what is not known.
	date struct {
		Value string `json:"varde"`        // YYYYMMDD
		RFC   string `json:"rfc3339Datum"` // YYYY-MM-DD
	}
)

// decoded is one call's answer.
type decoded struct {
	records []record
	missing []idno.Number
	at      time.Time
}

type record struct {
	person   population.Person
	refersTo []idno.Number
}

// replaced reports whether the number, not the person, has gone: an old or annulled number that refers to another (facts 3.3).
// One that is false (FI) refers to nobody whom we would take for the same.
func (r record) replaced() bool {
	return slices.Contains([]string{"GN", "GS", "AN", "AS"}, r.person.Deregistered) && len(r.refersTo) > 0
}

// decode reads an answer. The texts of the JSON library's errors may quote values, so none of them is passed on.
func decode(b []byte, asked []idno.Number, now time.Time) (decoded, error) {
	const op = "navet.decode"
	var a answer
	if err := json.Unmarshal(b, &a); err != nil {
		return decoded{}, fault.New(op, fault.Unavailable, errors.New("the answer is not what the register's description says"))
	}
	out := decoded{at: now}
	if t, err := time.Parse(time.RFC3339, a.At); err == nil {
		out.at = t.UTC()
	}
	answered := make(map[idno.Number]bool, len(asked))
	for _, p := range a.Records {
		r, err := p.record(now)
		if err != nil {
			return decoded{}, fault.New(op, fault.Unavailable, err)
		}
		// The register may answer with the new record at once; then the old number stands among its references.
		hit := slices.DeleteFunc(append([]idno.Number{r.person.Number}, r.refersTo...), func(n idno.Number) bool {
			return !slices.Contains(asked, n) || answered[n]
		})
		if len(hit) == 0 {
			continue // nobody asked
		}
		if !r.replaced() {
			r.person.Former = r.refersTo
		}
		for _, n := range hit {
			if n == r.person.Number || !r.replaced() {
				answered[n] = true
			}
		}
		out.records = append(out.records, r)
	}
	for _, e := range a.Errors {
		n, err := idno.Parse(e.ID, now)
		if err != nil && e.ID == "" && len(asked) == 1 {
			n = asked[0]
		}
		if !slices.Contains(asked, n) {
			continue
		}
		switch {
		case e.Code == 404:
			if !answered[n] {
				answered[n] = true
				out.missing = append(out.missing, n)
			}
		case e.Code >= 400 && e.Code < 500 && e.Code != 429:
			return decoded{}, fault.Newf(op, fault.Invalid, "the register refuses one of the numbers with %d", e.Code)
		default:
			return decoded{}, fault.Newf(op, fault.Unavailable, "the register answers %d for one of the numbers", e.Code)
		}
	}
	for _, n := range asked {
		if !answered[n] {
			return decoded{}, fault.New(op, fault.Unavailable, errors.New("the answer leaves out one who was asked about"))
		}
	}
	return out, nil
}

func (p post) record(now time.Time) (record, error) {
	number, err := idno.Parse(p.Identity.ID, now)
	if err != nil {
		return record{}, errors.New("a record without a readable identity")
	}
	out := population.Person{
		Number:     number,
		Protection: protection(p.Protection),
		GivenNames: strings.TrimSpace(p.Name.Given.Name),
		MiddleName: p.Name.Middle.Name,
		Surname:    p.Name.Surname.Name,
	}
	out.CalledName = called(out.GivenNames, p.Name.Given.Mark)
	switch {
	case p.Deregistered.Code != "":
		out.Deregistered, out.DeregisteredOn = p.Deregistered.Code, p.Deregistered.On.String()
	case p.Coordination.Died.String() != "":
		out.Deregistered, out.DeregisteredOn = "AV", p.Coordination.Died.String()
	case p.Identity.Status.Value == "AVREGISTRERAT":
		out.Deregistered = "?" // deregistered for a cause that is not told
	}
	// What may not be shown is not even kept; one who has gone is registered nowhere.
	if !out.Protection.Hidden() && !out.Gone() {
		r := p.Registration
		out.Municipality = municipality(r.County, r.Municipality)
		out.Address = population.Address{CareOf: r.Address.CareOf, Street: r.Address.Street, Extra: r.Address.Extra,
			PostalCode: strings.ReplaceAll(r.Address.Code, " ", ""), City: r.Address.City, Key: r.Address.Key,
			Property: r.Property.Name, Since: r.Since.String()}
		if r.Address.Street == "" && r.Address.Code == "" && r.Property.Name == "" {
			out.Address = population.Address{}
		}
	}
	for _, k := range p.Known {
		to, err := idno.Parse(k.ID, now)
		if err != nil {
			to = idno.Number{} // a guardian whose number cannot be read is still a guardian
		}
		out.Relations = append(out.Relations, population.Relation{Kind: population.RelationKind(k.Type.Code), To: to,
			Since: k.Since.String(), Gone: k.Gone.Code})
	}
	for _, k := range p.NeverRegistered {
		out.Relations = append(out.Relations, population.Relation{Kind: population.RelationKind(k.Type.Code), Since: k.Since.String()})
	}
	r := record{person: out}
	for _, ref := range p.RefersTo {
		if n, err := idno.Parse(ref.ID, now); err == nil && n != number {
			r.refersTo = append(r.refersTo, n)
		}
	}
	return r, nil
}

// protection reads the mark; whatever is not one of the three protects.
func protection(s string) population.Protection {
	switch p := population.Protection(s); p {
	case population.Open, population.Marked, population.Protected:
		return p
	}
	return population.Unknown
}

// municipality is the code of four digits: county and municipality, which the register gives in two fields of two.
func municipality(county, code string) string {
	if len(code) == 2 && len(county) == 2 {
		return county + code
	}
	return code
}

// called picks the called name by its mark: two digits, each the place (from one) of a name, zero for none. The parts of a name
// with a hyphen are counted one by one; "10" is the first alone, "12" the first with the second.
func called(given, mark string) string {
	if len(mark) != 2 || mark == "00" {
		return given
	}
	var names, joins []string // joins[i] stands before names[i]
	for _, n := range strings.Fields(given) {
		for i, part := range strings.Split(n, "-") {
			names = append(names, part)
			if i > 0 {
				joins = append(joins, "-")
			} else {
				joins = append(joins, " ")
			}
		}
	}
	out := ""
	for _, c := range []byte(mark) {
		i := int(c - '0')
		switch {
		case i == 0:
		case i < 0 || i > len(names):
			return given
		case out == "":
			out = names[i-1]
		default:
			out += joins[i-1] + names[i-1]
		}
	}
	return out
}

// String is YYYY-MM-DD, or YYYY-MM or YYYY as far as it is known, or "".
func (d date) String() string {
	s := d.Value
	if len(s) != 8 {
		s = strings.ReplaceAll(d.RFC, "-", "")
	}
	if len(s) < 4 || strings.Trim(s, "0123456789") != "" || s[:4] == "0000" {
		return ""
	}
	out := s[:4]
	if len(s) >= 6 && s[4:6] != "00" {
		out += "-" + s[4:6]
		if len(s) == 8 && s[6:] != "00" {
			out += "-" + s[6:]
		}
	}
	return out
}
