package navet

import (
	"errors"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

var now = time.Date(2026, 8, 20, 9, 0, 0, 0, time.UTC)

func TestCalledName(t *testing.T) {
	for _, c := range []struct{ given, mark, want string }{
		{"Anna Kristina", "10", "Anna"},
		{"Anna Kristina", "20", "Kristina"},
		{"Karl-Erik Anders", "12", "Karl-Erik"},
		{"Karl-Erik Anders", "30", "Anders"},
		{"Anna Maria Kristina", "23", "Maria Kristina"},
		{"Anna Kristina", "00", "Anna Kristina"},
		{"Anna Kristina", "", "Anna Kristina"},
		{"Anna", "70", "Anna"},
		{"Anna", "x0", "Anna"},
		{"", "10", ""},
	} {
		if got := called(c.given, c.mark); got != c.want {
			t.Errorf("called(%q, %q) = %q, want %q", c.given, c.mark, got, c.want)
		}
	}
}

func TestIncompleteDates(t *testing.T) {
	for _, c := range []struct{ value, rfc, want string }{
		{"20240310", "", "2024-03-10"}, {"20240300", "", "2024-03"}, {"20240000", "", "2024"}, {"", "2024-03-10", "2024-03-10"},
		{"", "2024", "2024"}, {"00000000", "", ""}, {"", "", ""}, {"2024XX10", "", ""},
	} {
		if got := (date{c.value, c.rfc}).String(); got != c.want {
			t.Errorf("%q %q = %q, want %q", c.value, c.rfc, got, c.want)
		}
	}
}

func TestMunicipalityInOneFieldOrTwo(t *testing.T) {
	if a, b := municipality("99", "01"), municipality("99", "9901"); a != "9901" || b != "9901" {
		t.Errorf("%q %q", a, b)
	}
}

const oldID, newID = "198001282394", "198001292393"

func TestReferencesInEveryWayTheyMayBeAnswered(t *testing.T) {
	old, fresh := idno.Must(oldID), idno.Must(newID)
	current := `{"identitet":{"identitetsbeteckning":"` + newID + `"},"skyddAvPersonuppgifter":"SAKNAS","hanvisningar":[{"identitetsbeteckning":"` + oldID + `"}]}`
	// The register answers with the new record at once.
	d, err := decode([]byte(`{"folkbokforingsposter":[`+current+`]}`), []idno.Number{old}, now)
	if err != nil || len(d.records) != 1 || d.records[0].person.Number != fresh || d.records[0].person.Former[0] != old {
		t.Errorf("new record for the old number: %+v, %v", d.records, err)
	}
	// It says nothing of the old number.
	if _, err := decode([]byte(`{"folkbokforingsposter":[]}`), []idno.Number{old}, now); !errors.Is(err, fault.Unavailable) {
		t.Errorf("left out: %v", err)
	}
	// A record of somebody else is dropped, and is no answer.
	other := strings.ReplaceAll(current, newID, "198403122388")
	other = strings.ReplaceAll(other, oldID, "198209052391")
	if _, err := decode([]byte(`{"folkbokforingsposter":[`+other+`]}`), []idno.Number{old}, now); !errors.Is(err, fault.Unavailable) {
		t.Errorf("somebody else's record: %v", err)
	}
}

func TestPerPersonErrors(t *testing.T) {
	n := []idno.Number{idno.Must(newID)}
	for code, want := range map[string]error{"404": nil, "400": fault.Invalid, "403": fault.Invalid, "429": fault.Unavailable, "500": fault.Unavailable} {
		d, err := decode([]byte(`{"fel":[{"id":"`+newID+`","orsakskod":`+code+`}]}`), n, now)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", code, err, want)
		}
		if code == "404" && len(d.missing) != 1 {
			t.Errorf("404: %d missing", len(d.missing))
		}
	}
}

func TestStatusAloneSaysGone(t *testing.T) {
	for json, want := range map[string]string{
		`"identitet":{"identitetsbeteckning":"` + newID + `","status":{"varde":"AVREGISTRERAT"}}`:                        "?",
		`"identitet":{"identitetsbeteckning":"` + newID + `"},"samordningsnummer":{"datumAvliden":{"varde":"20240000"}}`: "AV",
		`"identitet":{"identitetsbeteckning":"` + newID + `","status":{"varde":"VILANDEFÖRKLARAT"}}`:                     "",
	} {
		d, err := decode([]byte(`{"folkbokforingsposter":[{`+json+`}]}`), []idno.Number{idno.Must(newID)}, now)
		if err != nil || d.records[0].person.Deregistered != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"folkbokforingsposter":[{"identitet":{"identitetsbeteckning":"` + newID + `"},"skyddAvPersonuppgifter":"SKYDD","folkbokforing":{"adress":{"gatuadress":"Provgatan 1"},"kommunkod":"9901"},"namn":{"fornamn":{"namn":"A-B C","tilltalsnamnsmarkering":"12"}}}]}`))
	f.Add([]byte(`{"fel":[{"orsakskod":404}]}`))
	asked := []idno.Number{idno.Must(newID)}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decode(b, asked, now)
		if err != nil {
			return
		}
		for _, r := range d.records {
			if p := r.person; p.Protection != population.Open && (!p.Address.IsZero() || p.Municipality != "") {
				t.Fatal("a protected person kept the address")
			}
		}
	})
}
