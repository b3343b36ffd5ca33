package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// saying gives the shipped files with the pupil's view under another name, and with what form.yaml says of begun applications: a change that is not
// safe for them.
func saying(t *testing.T, name, drafts string) fstest.MapFS {
	t.Helper()
	files := libraryFiles(t)
	change := func(file, old, now string) {
		f := files["skolskjuts/"+file]
		if !bytes.Contains(f.Data, []byte(old)) {
			t.Fatalf("%s has no %q", file, old)
		}
		f.Data = bytes.Replace(f.Data, []byte(old), []byte(now), 1)
	}
	change("schema.json", `"asikt"`, `"`+name+`"`)
	change("layout.yaml", "/barnet/asikt", "/barnet/"+name)
	change("text/en.yaml", "/barnet/asikt", "/barnet/"+name)
	change("form.yaml", "\ndrafts: [{policy: keep}]\n", "\ndrafts: ["+drafts+"]\n")
	return files
}

// Files say what becomes of begun applications, in the same words and with the same effect as who publishes in the builder; what does not say it,
// and is not safe, waits and stops nothing.
func TestFilesSayWhatBecomesOfDrafts(t *testing.T) {
	o := newOffice(t)
	id := o.begun()
	if _, err := o.Flow.Start(o.Ctx, servertest.Citizen(personas.CamillaProvdal), "tallvik", o.form); err != nil {
		t.Fatal(err)
	}
	head := func() flow.Head {
		t.Helper()
		if _, err := o.Flow.Catalog.Refresh(o.Ctx, o.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		h, err := o.Flow.Catalog.Head("ekkoping", o.form)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := head()
	b := httptestkit.New(t, o.App)
	b.LogIn(o.Kit, o.mona)
	page := func() string {
		t.Helper()
		head()
		b.Get("/admin/tjanster/skolskjuts")
		b.Want(200)
		httptestkit.CheckPage(t, "the service", b.Page.Body)
		return b.Text()
	}

	// Nothing is said, or what cannot be done: the version before stays, the log says what to write, and so does the builder.
	from := "from: '" + first.Version.Short() + "', "
	const silent = "form.yaml says nothing of them"
	for _, c := range [][2]string{{"", silent}, {"{policy: restart}", "only keep can be said without from"},
		{"{" + from + "policy: migrate, mapping: [{from: /barnet/åsikt, to: /barnet/tankar}]}", "/barnet/åsikt is asked for by no earlier version"},
		{"{from: '0123456789ab', policy: restart}", silent}} {
		drafts, why := c[0], c[1]
		_, told := o.started(saying(t, "tankar", drafts))
		for _, want := range []string{"level=WARN", "not published", "form=skolskjuts", why, "drafts=2 valid=1", "published=" + first.Version.Short()} {
			if !strings.Contains(told.String(), want) {
				t.Errorf("%s: the log does not say %q: %s", drafts, want, told)
			}
		}
		if write := "drafts: [{" + from + "policy: keep|migrate|restart}]"; strings.Contains(told.String(), write) != (why == silent) {
			t.Errorf("%s: what to write: %s", drafts, told)
		}
		if strings.Count(told.String(), "\n") != 1 || head().Version != first.Version {
			t.Errorf("%s: published, or told more than once: %s", drafts, told)
		}
		if text := page(); !strings.Contains(text, "Nya filer är inte publicerade") || !strings.Contains(text, "Digital utveckling, kommunledningskontoret behöver") {
			t.Errorf("%s: the builder does not say it:\n%s", drafts, text)
		}
	}
	if list, err := o.Flow.OwnedServices(o.Ctx, o.mona); err != nil || !list[0].Waiting {
		t.Error("the list of services does not say it", err)
	}
	// When the files are as they were there is nothing to wait for.
	if _, told := o.started(libraryFiles(t)); told.Len() > 0 || head().Waiting != nil || strings.Contains(page(), "Nya filer") {
		t.Errorf("still waiting: %s", told)
	}

	moving := "{" + from + "policy: migrate, mapping: [{from: /barnet/asikt, to: /barnet/tankar}]}"
	_, told := o.started(saying(t, "tankar", moving))
	if !strings.Contains(told.String(), "level=INFO") || !strings.Contains(told.String(), "policy=migrate drafts=2 valid=2") {
		t.Errorf("the log says %s", told)
	}
	if text := page(); !strings.Contains(text, "Påbörjade ansökningar flyttas över när de öppnas. Då var 1 ansökan påbörjad. 1 passade den nya versionen.") {
		t.Errorf("the history does not say it, or of another municipality:\n%s", text)
	}
	second := head()
	moved, err := o.Flow.Page(o.Ctx, anna, id, "", false)
	if err != nil || second.Version == first.Version {
		t.Fatal(err, second)
	}
	if got, _ := forms.Lookup(moved.Stored, "/barnet/tankar"); got != "Jag vill åka buss med mina kompisar." {
		t.Errorf("the pupil's view is %v", got)
	}

	// What was said of the first version is not said of the second: a safe change keeps, another waits.
	safe := saying(t, "tankar", moving)
	safe["skolskjuts/form.yaml"].Data = bytes.Replace(safe["skolskjuts/form.yaml"].Data, []byte("minutes: 10"), []byte("minutes: 15"), 1)
	if _, told := o.started(safe); !strings.Contains(told.String(), "policy=keep drafts=2") {
		t.Errorf("the log says %s", told)
	}
	third := head()
	if _, told := o.started(saying(t, "asikter", moving)); !strings.Contains(told.String(), "are not published") {
		t.Errorf("the log says %s", told)
	}
	// A municipality with changes of its own gets the files' policy too, and one start may have steps for several versions.
	o.publish(o.propose(nil, "about", map[string]string{"form.title": "Vår skolskjuts"}), flow.Policy{Kind: flow.Keep})
	_, told = o.started(saying(t, "asikter", moving+fmt.Sprintf(", {from: '%s', policy: restart}", third.Version)))
	if !strings.Contains(told.String(), "policy=restart drafts=2") || head().Waiting != nil {
		t.Errorf("the log says %s", told)
	}
	if text := page(); !strings.Contains(text, "Påbörjade ansökningar fick börja om. Då var 1 ansökan påbörjad.") || strings.Contains(text, "Nya filer") || o.title("ekkoping") != "Vår skolskjuts" {
		t.Errorf("the history does not say it:\n%s", text)
	}
	if _, err := o.Flow.Page(o.Ctx, anna, id, "", false); !errors.Is(err, flow.ErrRemade) || !errors.Is(err, fault.Gone) {
		t.Errorf("opened: %v", err)
	}
}
