package renderer

import (
	"encoding/json"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/platform/idno"
)

// A field for a coordination number asks for one: the example is no personal identity number, which it would refuse. What is said of a
// whole that stands in an envelope has its name from the form.
func TestProblemTextOfBareForms(t *testing.T) {
	l := catalog(t).In("sv")
	form, diags := forms.Bare([]byte(`{"type":"object","properties":{"s":{"type":"string","format":"samordningsnummer","title":"S"}}}`), nil, true)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for code, want := range map[string]string{
		forms.PersonFormat: "Skriv samordningsnumret i ”S” med tio eller tolv siffror, till exempel 20120161-2387.",
		forms.PersonDate:   "Samordningsnumret i ”S” har ett datum som inte finns.",
		forms.PersonCheck:  "Samordningsnumret i ”S” stämmer inte.",
	} {
		if got := ProblemText(l, view(form, nil), nil, forms.Problem{Pointer: "/s", Code: code}); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if !idno.Valid("201201612387") {
		t.Error("the example is no coordination number")
	}
	enveloped, diags := forms.Bare([]byte(`{"type":"object","properties":{}}`), nil, false)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if got := ProblemText(l, view(enveloped, nil), nil, forms.Problem{Pointer: forms.Enveloped, Code: forms.WrongType}); strings.Contains(got, "~") {
		t.Errorf("the whole is called %q", got)
	}
}

// The words say what is wrong and what to do, with the bounds as people read them.
func TestProblemText(t *testing.T) {
	form := loadForm(t, "gallery")
	form.Fields["/namn"].Messages = map[string]forms.Text{forms.TooShort: {"sv": "Skriv hela namnet."}}
	c := catalog(t)
	v := view(form, parseAnswers(t, filled))
	for _, tc := range []struct {
		at     forms.Pointer
		code   string
		params map[string]any
		sv     string
	}{
		{"/namn", forms.Required, nil, "Fyll i ”Namn”."},
		{"/namn", forms.TooShort, map[string]any{"min": json.Number("2")}, "Skriv hela namnet."},
		{"/val", forms.Required, nil, "Välj ett svar på ”Vilken skola går eleven i?”."},
		{"/start", forms.Required, nil, "Ange ett datum för ”Från vilken dag behövs skolskjuts?”."},
		{"/start", forms.TooEarly, map[string]any{"min": "2026-08-17"}, "”Från vilken dag behövs skolskjuts?” är för tidigt. Ange 17 augusti 2026 eller senare."},
		{"/start", forms.NotADate, map[string]any{"part": "day"}, "Kontrollera dagen i ”Från vilken dag behövs skolskjuts?”. Den ska vara mellan 1 och månadens sista dag."},
		{"/samtycke", forms.Required, nil, "Kryssa i ”Jag intygar att uppgifterna stämmer” för att gå vidare."},
		{"/langd", forms.TooSmall, map[string]any{"min": "0.5", "exclusive": true}, "”Avstånd till skolan” är för litet. Ange mer än 0,5."},
		{"/belopp", forms.TooLarge, map[string]any{"max": json.Number("1000000")}, "”Avgift per termin” är för stort. Ange 10\u00a0000\u00a0kr eller mindre."},
		{"/intyg/0", forms.FileTooBig, map[string]any{"name": "a.pdf", "max": int64(5 << 20)}, "Filen a.pdf är för stor. Den får vara högst 5\u00a0MB."},
		{"/dagar/3/dag", forms.Required, nil, "Välj ett svar på ”Veckodag”."},
		{"/post", forms.FormatCode, map[string]any{"format": "unheard-of"}, "”E-post” är inte skrivet på rätt sätt."},
		{"/post", "code-of-the-future", nil, "Svaret på ”E-post” går inte att använda. Ändra det."},
		{"/finns/inte", forms.Required, nil, "Fyll i ”Alla sorters frågor”."},
		{"", forms.OtherViolation, nil, "Svaret på ”Alla sorters frågor” går inte att använda. Ändra det."},
	} {
		p := forms.Problem{Pointer: tc.at, Code: tc.code, Params: tc.params}
		if got := ProblemText(c.In("sv"), v, nil, p); got != tc.sv {
			t.Errorf("%s %s: got %q, want %q", tc.at, tc.code, got, tc.sv)
		}
		if en := ProblemText(c.In("en"), v, nil, p); en == "" || strings.ContainsAny(en, "{}[]") {
			t.Errorf("%s %s: English is %q", tc.at, tc.code, en)
		}
	}
}
