package builder

import (
	"samtjanst/admin/admintest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/flow"
	"samtjanst/renderer/ui/uitest"
)

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	site, _ := admintest.Site(t, nil)
	a, err := newArea(site, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, a.services)
	uitest.Template(t, a.service)
	uitest.Template(t, a.edit)
	uitest.Template(t, a.proposal)
}

// What is looked at cannot be sent, posts nothing, runs nothing, and has no id of the page it stands on.
func TestTame(t *testing.T) {
	got := string(tame([]byte(`<h1 class="x" data-size="lg">T &amp; U</h1><form class="st-form" method="post" action="/x" data-form="p" data-autosave>`+
		`<button class="ds-sr-only" type="submit" aria-hidden="true" name="op" value="continue">Gå <b>vidare</b></button><input type="hidden" name="csrf" value="s">`+
		`<label for="f-a">A</label><input id="f-a" name="a/a" type="text" aria-describedby="f-a.hint f-a.error" data-live>`+
		`<a href="#f-a">dit</a><a href="https://a.example/">ut</a><button type="submit" name="op" value="continue">Fortsätt</button></form>`), "sv"))
	want := `<h4 class="x" data-size="lg">T &amp; U</h4><div class="st-form">` +
		`<label for="p-sv-f-a">A</label><input id="p-sv-f-a" type="text" aria-describedby="p-sv-f-a.hint p-sv-f-a.error">` +
		`<a href="#p-sv-f-a">dit</a><a href="https://a.example/">ut</a><button type="button" value="continue">Fortsätt</button></div>`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A mapping reads as it is written.
func TestMapping(t *testing.T) {
	const typed = "/a -> /b\n\n  /c ->\n-> /d = true\n-> /e = ett ord\n-> /f = \"3\"\n"
	p, bad := parsePolicy(flow.Migrate, typed)
	if bad != "" {
		t.Fatal(bad)
	}
	want := []flow.Move{{From: "/a", To: "/b"}, {From: "/c"}, {To: "/d", Default: true}, {To: "/e", Default: "ett ord"}, {To: "/f", Default: "3"}}
	if d := cmp.Diff(want, p.Mapping); d != "" {
		t.Error(d)
	}
	again, bad := parsePolicy(flow.Migrate, strings.Join(mappingLines(p), "\n"))
	if d := cmp.Diff(p, again); d != "" || bad != "" {
		t.Error(d, bad)
	}
	for _, line := range []string{"/a /b", "a -> /b", "/a -> b", "->", "->  = 3"} {
		if _, bad := parsePolicy(flow.Migrate, line); bad == "" {
			t.Errorf("%q is read", line)
		}
	}
	if p, bad := parsePolicy(flow.Keep, "nonsense"); bad != "" || len(p.Mapping) != 0 {
		t.Error("what is kept is not moved")
	}
}
