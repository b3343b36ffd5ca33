package flow

import (
	"slices"
	"strings"

	"samtjanst/platform/calendar"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/renderer/pdf"
)

// changeWords puts a change into the words that the board's secretary signs: a document of the authority's own, in Swedish.
type changeWords struct {
	snap   *people.Snapshot
	board  string
	change *people.Change
}

// maxHandTitle is how long what is signed may be called, in characters, by the form of orders by hand.
const maxHandTitle = 120

// title names what is signed.
func (w changeWords) title() string {
	c := w.change
	title := "Nämndens beslut om " + itoa(len(c.Edits)) + " personer"
	switch {
	case len(c.Lists) > 0:
		title = "Nämndens delegationsordning: " + strings.Join(c.Lists[0].Line.Kinds, ", ")
	case len(c.Edits) == 1:
		title = "Nämndens beslut om " + c.Edits[0].Person.Name
	}
	if r := []rune(title); len(r) > maxHandTitle {
		title = string(r[:maxHandTitle-1]) + "…"
	}
	return title
}

// message is what the secretary reads before the document.
func (w changeWords) message() string {
	out := "Skriv under om det som står i handlingen är vad nämnden har beslutat. Säg nej om det inte är det, och skriv varför: då gäller ändringen inte."
	if w.change.Note != "" {
		out += "\n\n" + w.change.Note
	}
	return out
}

// blocks are the document's text.
func (w changeWords) blocks() []pdf.Block {
	c := w.change
	facts := pdf.KeyValue{}
	add := func(to *pdf.KeyValue, key, value string) {
		if value != "" {
			*to = append(*to, pdf.Pair{Key: pdf.Text(key), Value: pdf.Text(value)})
		}
	}
	add(&facts, "Nämnd", w.board+", "+w.snap.Tenant().Name)
	add(&facts, "Föreslagen av", c.By.Name+", "+swedishTime(c.At))
	add(&facts, "Meddelande", c.Note)
	if c.From != nil {
		add(&facts, "Inläst från filen", c.From.Name)
	}
	out := []pdf.Block{pdf.Heading{Level: 1, Text: pdf.Text(w.title())}, facts}
	for _, e := range c.Edits {
		var was people.Person
		if e.Was != nil {
			was = *e.Was
		}
		kv := pdf.KeyValue{}
		add(&kv, "Personnummer", e.Person.Number.Dashed())
		for _, what := range people.Differences(&was, &e.Person) {
			for _, line := range w.difference(what, &was, &e.Person) {
				add(&kv, line[0], line[1])
			}
		}
		name := e.Person.Name
		if e.Was == nil {
			name += " (ny)"
		}
		out = append(out, pdf.Heading{Level: 2, Text: pdf.Text(name)}, kv)
	}
	for _, l := range c.Lists {
		kv, d := pdf.KeyValue{}, l.Line
		add(&kv, "Beslutstyper", strings.Join(d.Kinds, ", "))
		add(&kv, "Beslutar", d.Title)
		if p := w.snap.Person(d.Person); p != nil {
			add(&kv, "Beslutar", p.Name+", "+p.Number.Dashed())
		}
		add(&kv, "Lagrum", d.Law)
		add(&kv, "Nummer i delegationsordningen", d.Number)
		add(&kv, "Nämndens beslut", decidedAt(d.Decided, d.Paragraph))
		add(&kv, "Gäller", periodWords(d.Period))
		heading := "Ny rad i delegationsordningen"
		if !l.End.IsZero() {
			heading = "Rad i delegationsordningen som upphör"
			add(&kv, "Sista dag", l.End.String())
		}
		out = append(out, pdf.Heading{Level: 2, Text: pdf.Text(heading)}, kv)
	}
	return append(out, pdf.Paragraph{Text: pdf.Text("Nämndens sekreterare intygar att detta är vad nämnden har beslutat.")})
}

// difference says what becomes of a field, as lines of a name and a text.
func (w changeWords) difference(what string, was, is *people.Person) [][2]string {
	switch what {
	case "name":
		if was.Name == "" {
			return nil // it is the heading
		}
		return [][2]string{{"Namn tidigare", was.Name}}
	case "number":
		if was.Number.IsZero() {
			return nil
		}
		return [][2]string{{"Personnummer tidigare", was.Number.Dashed()}}
	case "phone":
		return [][2]string{{"Mobilnummer", is.Phone}}
	case "email":
		return [][2]string{{"E-postadress", is.Email}}
	case "roles":
		return changedLines("Roll", was.Roles, is.Roles, w.role)
	case "mandates":
		return changedLines("Förordnande", was.Mandates, is.Mandates, mandateWords)
	case people.Closed:
		return [][2]string{{"Slutar", "Ja"}}
	case people.Opened:
		return [][2]string{{"Är tillbaka", "Ja"}}
	}
	return nil
}

// changedLines are those that were taken away or altered, and those that stand there in their place; what another board has given is left out by
// being the same in both.
func changedLines[T any](name string, was, is []T, words func(T) string) [][2]string {
	text := func(all []T) (out []string) {
		for _, one := range all {
			out = append(out, words(one))
		}
		return out
	}
	before, after := text(was), text(is)
	var out [][2]string
	for _, line := range before {
		if !slices.Contains(after, line) {
			out = append(out, [2]string{name + " tidigare", line})
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			out = append(out, [2]string{name, line})
		}
	}
	return out
}

var roleWords = map[identity.Role]string{identity.Officer: "Handläggare", identity.Decider: "Beslutsfattare", identity.Manager: "Chef", identity.FormOwner: "Tjänsteansvarig",
	identity.FormApprover: "Tjänstegranskare", identity.Chair: "Ordförande", identity.Secretary: "Nämndsekreterare", identity.PeopleAdmin: "Personaladministratör"}

func (w changeWords) role(r people.Role) string {
	out := roleWords[r.Role]
	if r.Title != "" && !strings.EqualFold(r.Title, out) {
		out += ", " + r.Title
	}
	return out + ". " + periodWords(r.Period)
}

func mandateWords(m people.Mandate) string {
	out := "Får besluta ensam i brådskande ärenden: " + strings.Join(m.Kinds, ", ")
	if m.Title != "" {
		out = m.Title + ". " + out
	}
	return out + ". Nämndens beslut " + decidedAt(m.Decided, m.Paragraph) + ". " + periodWords(m.Period)
}

// decidedAt says by which decision; a paragraph's sign and number are not parted at the end of a line.
func decidedAt(day calendar.Date, paragraph string) string {
	return strings.TrimSpace(day.String() + " " + strings.ReplaceAll(paragraph, "§ ", "§\u00a0"))
}

func periodWords(p people.Period) string {
	day := func(d calendar.Date) string { return d.String() }
	switch {
	case p.From.IsZero() && p.To.IsZero():
		return "Tills vidare"
	case p.To.IsZero():
		return "Från och med " + day(p.From)
	case p.From.IsZero():
		return "Till och med " + day(p.To)
	}
	return "Från och med " + day(p.From) + " till och med " + day(p.To)
}
