package scim

import (
	"encoding/json"
	"testing"
)

// Whatever a filter or path is, it is read or refused; what is read can be asked of a resource and used to change one, and what a change leaves
// can be read again as the same.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{`userName eq "x"`, `emails[type eq "work" and not (value co "@example.com")]`, `emails[type eq "work"].value`, `title pr or (active eq true and userName ne null)`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value sw "a\\u00e5"`, `meta.created ge "2011-05-13T04:42:34Z"`, `name.familyName`, `not(not(title pr))`, `schemas[value eq "x"]`,
		enterpriseSchema, userSchema + ":", `emails[type eq "work"].`, `"`, `((((`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fresh := func() map[string]any {
			var sent map[string]any
			if err := json.Unmarshal([]byte(`{"userName":"x","active":true,"title":"T","name":{"familyName":"F"},"emails":[{"type":"work","value":"a@example.com","primary":true},{"type":"home"}],
				"`+enterpriseSchema+`":{"department":"D","manager":{"value":"m"}}}`), &sent); err != nil {
				t.Fatal(err)
			}
			data, err := users.read(sent)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		for _, kind := range []*resourceType{users, groups} {
			if e, err := kind.parseFilter(s); err == nil {
				data := fresh()
				if (negated{e}).holds(data) == e.holds(data) || len(e.paths()) == 0 {
					t.Error("it holds and does not hold")
				}
			}
		}
		for _, op := range []string{"add", "remove", "replace"} {
			for _, value := range []any{nil, "v", true, map[string]any{"value": "v", "primary": true}, []any{map[string]any{"value": "w"}}} {
				data := fresh()
				if users.patch(data, []operation{{Op: op, Path: s, Value: value}}) != nil {
					continue
				}
				again, err := users.read(data)
				if err != nil || !same(again, data) {
					t.Errorf("%s %v leaves %v, read as %v, %v", op, value, data, again, err)
				}
			}
		}
	})
}
