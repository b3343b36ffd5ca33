package lantmateriet

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"samtjanst/integrations/property"
	"samtjanst/platform/fault"
)

// What the services answer (facts 5.5; names of fields as other public clients of v4.2 and v5 have them). Numbers come as numbers or as
// texts, and what is not there as null or not at all.

// text is a text, or a number as a text.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
		return nil
	}
	if string(b) == "null" {
		return nil
	}
	if _, err := strconv.ParseInt(string(b), 10, 64); err != nil {
		return errors.New("neither a text nor a whole number")
	}
	*t = text(b)
	return nil
}

type addressReference struct {
	ID         string      `json:"objektidentitet"`
	Label      string      `json:"adress"`
	Components *components `json:"adressComponents"`
}

// components are what an address is made of (SS 637003). An address in a village may have a farm of its own within it; a number may have
// a letter, and say by which stairs of the door (lägestillägg: U, UH, UV, with a number).
type components struct {
	Municipality string `json:"kommun"`
	District     string `json:"kommundel"`
	Area         string `json:"adressomrade"`
	Farm         string `json:"gardsadressomrade"`
	Number       text   `json:"adressplatsnummer"`
	Letter       string `json:"bokstavstillagg"`
	Stairs       string `json:"lagestillagg"`
	StairsNumber text   `json:"lagestillagsnummer"`
	Deviating    string `json:"avvikandeAdressplatsBeteckning"` // in place of a number
	PostalCode   text   `json:"postnummer"`
	City         string `json:"postort"`
}

func (c components) street() string {
	return words(c.Area, c.Farm, string(c.Number), c.Letter, c.Stairs+string(c.StairsNumber), c.Deviating)
}

// words joins what is there.
func words(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

var errShape = errors.New("the answer is of another shape than described")

// list reads an answer that is a list: what is something else says nothing.
func list[T any](op string, body []byte) ([]T, error) {
	var out *[]T
	if err := json.Unmarshal(body, &out); err != nil || out == nil {
		return nil, fault.New(op, fault.Unavailable, errShape)
	}
	return *out, nil
}

// decodeAddresses reads what GET /referens/fritext of Belägenhetsadress found, with splitAdress.
func decodeAddresses(body []byte) ([]property.Address, error) {
	const op = "lantmateriet.decodeAddresses"
	refs, err := list[addressReference](op, body)
	if err != nil {
		return nil, err
	}
	out := make([]property.Address, 0, len(refs))
	for _, r := range refs {
		if r.ID == "" || r.Components == nil || r.Components.street() == "" {
			return nil, fault.New(op, fault.Unavailable, errShape)
		}
		c := *r.Components
		out = append(out, property.Address{ID: r.ID, Street: c.street(), PostalCode: strings.ReplaceAll(string(c.PostalCode), " ", ""), City: words(c.City),
			District: words(c.District), Municipality: words(c.Municipality)})
	}
	return out, nil
}

// decodeStand reads which property each address stands on: a FeatureCollection with berörkrets. An address without a property is told
// with none.
func decodeStand(body []byte) (map[string]property.Unit, error) {
	var a struct {
		Features *[]struct {
			ID         string `json:"id"`
			Properties *struct {
				Unit *struct {
					ID          string `json:"objektidentitet"`
					Designation string `json:"beteckning"`
					Kind        string `json:"typ"`
				} `json:"registerenhetsreferens"`
			} `json:"properties"`
		} `json:"features"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Features == nil {
		return nil, fault.New("lantmateriet.decodeStand", fault.Unavailable, errShape)
	}
	out := map[string]property.Unit{}
	for _, f := range *a.Features {
		switch {
		case f.Properties == nil:
		case f.Properties.Unit == nil:
			out[f.ID] = property.Unit{}
		default:
			u := f.Properties.Unit
			out[f.ID] = property.Unit{ID: u.ID, Designation: words(u.Designation), Kind: property.Kind(u.Kind)}
		}
	}
	return out, nil
}

// decodeUnits reads what GET /referens/fritext of Registerbeteckning found. A designation is a property's (registerenhet) or that of joint
// works (gemensamhetsanläggning).
func decodeUnits(body []byte) ([]property.Unit, error) {
	const op = "lantmateriet.decodeUnits"
	refs, err := list[struct {
		Designation string `json:"beteckning"`
		Unit        string `json:"registerenhet"`
		Kind        string `json:"registerenhetstyp"`
		Works       string `json:"gemensamhetsanlaggning"`
	}](op, body)
	if err != nil {
		return nil, err
	}
	out := make([]property.Unit, 0, len(refs))
	for _, r := range refs {
		u := property.Unit{ID: r.Unit, Designation: words(r.Designation), Kind: property.Kind(r.Kind)}
		if u.ID == "" {
			u.ID, u.Kind = r.Works, property.Works
		}
		if u.ID == "" || u.Designation == "" {
			return nil, fault.New(op, fault.Unavailable, errShape)
		}
		out = append(out, u)
	}
	return out, nil
}
