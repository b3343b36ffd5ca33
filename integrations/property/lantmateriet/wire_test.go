package lantmateriet

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/property"
	"samtjanst/platform/fault"
)

func TestDecodeTakesWhatTheServiceMaySay(t *testing.T) {
	for name, test := range map[string]struct {
		components string
		want       property.Address
	}{
		"numbers as numbers, and nulls": {`"adressomrade":"Provgatan","gardsadressomrade":null,"adressplatsnummer":12,"bokstavstillagg":"A","postnummer":99110,"postort":" Ekköping "`,
			property.Address{Street: "Provgatan 12 A", PostalCode: "99110", City: "Ekköping"}},
		"numbers as texts": {`"adressomrade":"Provgatan","adressplatsnummer":"12","postnummer":"991 10","postort":null`, property.Address{Street: "Provgatan 12", PostalCode: "99110"}},
		"stairs":           {`"adressomrade":"Provgatan","adressplatsnummer":"12","lagestillagg":"U","lagestillagsnummer":2`, property.Address{Street: "Provgatan 12 U2"}},
		"a farm":           {`"adressomrade":"Provbyn","gardsadressomrade":"Testtorpet","adressplatsnummer":"1"`, property.Address{Street: "Provbyn Testtorpet 1"}},
		"no number":        {`"adressomrade":"Provholmen","avvikandeAdressplatsBeteckning":"Fyren"`, property.Address{Street: "Provholmen Fyren"}},
	} {
		got, err := decodeAddresses([]byte(`[{"objektidentitet":"a","adress":"x","adressComponents":{` + test.components + `}}]`))
		test.want.ID = "a"
		if diff := cmp.Diff([]property.Address{test.want}, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestAnotherShapeIsNotNothing(t *testing.T) {
	for _, body := range []string{``, `null`, `{}`, `[{}]`, `[{"objektidentitet":"a","adress":"x"}]`, `[{"objektidentitet":"a","adressComponents":{}}]`,
		`[{"objektidentitet":"a","adressComponents":{"adressomrade":"x","postnummer":1.5}}]`} {
		if got, err := decodeAddresses([]byte(body)); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v, %d addresses", body, err, len(got))
		}
	}
	for _, body := range []string{`null`, `{}`, `[]`, `{"features":1}`} {
		if _, err := decodeStand([]byte(body)); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, body := range []string{`null`, `[{}]`, `[{"beteckning":"x"}]`, `[{"registerenhet":"u"}]`} {
		if _, err := decodeUnits([]byte(body)); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[{"objektidentitet":"a","adress":"x","adressComponents":{"adressomrade":"Provgatan","adressplatsnummer":12,"postnummer":99110}}]`))
	f.Add([]byte(`{"features":[{"id":"a","properties":{"registerenhetsreferens":{"objektidentitet":"u","beteckning":"X 1:2","typ":"Fastighet"}}}]}`))
	f.Add([]byte(`[{"objektidentitet":"b","beteckning":"X GA:2","gemensamhetsanlaggning":"g"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if found, err := decodeAddresses(b); err == nil {
			for _, a := range found {
				if a.ID == "" || a.Street == "" {
					t.Fatalf("an address that is none: %+v", a)
				}
			}
		}
		if found, err := decodeUnits(b); err == nil {
			for _, u := range found {
				if u.ID == "" || u.Designation == "" {
					t.Fatalf("a property that is none: %+v", u)
				}
			}
		}
		_, _ = decodeStand(b) // does not panic
	})
}
