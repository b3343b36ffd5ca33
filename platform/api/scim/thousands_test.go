package scim_test

import (
	"fmt"
	"net/url"
	"testing"
)

// Groups within groups: who comes into the inner one, or leaves it, is in the outer ones so too; a new name is everybody's; a user in several is in
// those that are left.
func TestGroupsOfWhoIsTouched(t *testing.T) {
	w := newWorld(t)
	user := func(name string) string {
		return w.do("POST", "Users", `{"userName":"`+name+`","externalId":"x-`+name+`"}`, 201)["id"].(string)
	}
	group := func(name, members string) string {
		return w.do("POST", "Groups", `{"displayName":"`+name+`","members":[`+members+`]}`, 201)["id"].(string)
	}
	a, b := user("a"), user("b")
	inner := group("Inre", `{"value":"`+a+`"}`)
	outer := group("Tour Guides", `{"value":"`+inner+`"}`)
	wants := func(when string, inA, inB int) {
		t.Helper()
		if x, y := len(w.person(a).Synced.Groups), len(w.person(b).Synced.Groups); x != inA || y != inB {
			t.Errorf("%s: %d and %d groups, not %d and %d", when, x, y, inA, inB)
		}
		for id, n := range map[string]int{a: inA, b: inB} {
			if said, _ := w.do("GET", "Users/"+id, "", 200)["groups"].([]any); len(said) != n {
				t.Errorf("%s: %s is said to be in %v", when, id, said)
			}
		}
	}
	wants("first", 2, 0)
	w.do("PATCH", "Groups/"+inner, patchOf(`{"op":"add","path":"members","value":[{"value":"`+b+`"}]}`), 200)
	wants("b comes", 2, 2)
	if r := w.roles(b); len(r) != 1 {
		t.Errorf("by way of the inner group b is %v", r)
	}
	w.do("PATCH", "Groups/"+outer, patchOf(`{"op":"replace","path":"displayName","value":"Andra"}`), 200)
	if r := w.roles(b); len(r) != 0 {
		t.Errorf("the group has another name, and b is %v", r)
	}
	w.do("PATCH", "Groups/"+inner, patchOf(`{"op":"remove","path":"members[value eq \"`+a+`\"]"}`), 200)
	wants("a leaves", 0, 2)
	w.do("DELETE", "Groups/"+outer, "", 204)
	wants("the outer is gone", 0, 1)
}

// Figures of a directory with 5,000 people and a group of all of them, told by SCIM as Entra ID does, one request after the other:
// go test -run '^$' -bench Thousands -benchtime 1x ./platform/api/scim
func BenchmarkThousands(b *testing.B) {
	const n = 5000
	w := newWorld(b)
	ids := make([]string, n)
	every := func(name string, do func(i int)) {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				do(i)
			}
		})
	}
	b.Run("create-each", func(b *testing.B) {
		if ids[0] != "" {
			return
		}
		for i := range ids {
			user := fmt.Sprintf("nr%d@example.se", i)
			w.do("GET", "Users?filter="+url.QueryEscape(`userName eq "`+user+`"`), "", 200)
			ids[i] = w.do("POST", "Users", fmt.Sprintf(`{"userName":%q,"externalId":"x-%d","displayName":"Nummer %d Testsson","title":"Handläggare"}`, user, i, i), 201)["id"].(string)
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/n, "ms/user")
	})
	group := w.do("POST", "Groups", `{"displayName":"Alla"}`, 201)["id"].(string)
	b.Run("add-each-20-to-a-group", func(b *testing.B) {
		for i := 0; i < n; i += 20 {
			members := ""
			for _, id := range ids[i : i+20] {
				members += `,{"value":"` + id + `"}`
			}
			w.do("PATCH", "Groups/"+group+"?excludedAttributes=members", patchOf(`{"op":"add","path":"members","value":[`+members[1:]+`]}`), 200)
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(n/20*b.N), "ms/request")
	})
	every("one-leaves-the-group-and-is-back", func(int) {
		w.do("PATCH", "Groups/"+group+"?excludedAttributes=members", patchOf(`{"op":"remove","path":"members[value eq \"`+ids[7]+`\"]"}`), 200)
		w.do("PATCH", "Groups/"+group+"?excludedAttributes=members", patchOf(`{"op":"add","path":"members","value":[{"value":"`+ids[7]+`"}]}`), 200)
	})
	every("deactivate", func(i int) {
		w.do("PATCH", "Users/"+ids[i%n], patchOf(`{"op":"replace","path":"active","value":false}`), 200)
	})
	every("page-of-100", func(int) { w.do("GET", "Users?startIndex=2001&count=100", "", 200) })
	every("search-by-filter", func(int) {
		w.do("GET", "Users?filter="+url.QueryEscape(`displayName co "Nummer 4711"`), "", 200)
	})
	every("find-by-external-id", func(int) {
		w.do("GET", "Users?filter="+url.QueryEscape(`externalId eq "x-4711"`), "", 200)
	})
}
