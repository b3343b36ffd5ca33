package ridelist

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

const header = "elevreferens;datum;avgång;hämtplats;linje\r\n"

func TestParse(t *testing.T) {
	file := "\ufeff" + header +
		"E-1001;2026-08-24;07:10;Provgatan, hållplatsen;S12\r\n" +
		"E-1002;2026-08-24;07:25;\"Testtorget; norra sidan\";S12\r\n" +
		"E-1003;2026-02-30;07:10;Provgatan;S12\r\n" +
		"E-1003;24/8 2026;7:10;Provgatan;S12\r\n" +
		"=1+1;2026-08-24;07:10;Provgatan;S12\r\n" +
		"E-1004;2026-08-24;07:10;;\r\n" +
		"E-1005;2026-08-24;07:10;Provgatan\r\n" +
		"E-1001;2026-08-24;07:10;Annan plats;S13\r\n" +
		"E-1006;2026-03-29;02:30;Provgatan;S12\r\n" +
		"E-1007;2026-08-24;07:10;" + strings.Repeat("å", 81) + ";S12\r\n" +
		"E-1008;2026-08-24;07:10;\"två\r\nrader\";S12\r\n" +
		"E-1009;2026-08-24;24:00;Provgatan;S12\r\n" +
		"E-1010;2026-08-25;15:40;Skolan; S13 \r\n"
	rows, problems, err := Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Stockholm)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	wantRows := []Row{
		{2, "E-1001", at("2026-08-24 07:10"), "Provgatan, hållplatsen", "S12"},
		{3, "E-1002", at("2026-08-24 07:25"), "Testtorget; norra sidan", "S12"},
		{15, "E-1010", at("2026-08-25 15:40"), "Skolan", "S13"},
	}
	wantProblems := []Problem{
		{4, Date, Format}, {5, Date, Format}, {5, Departure, Format}, {6, Pupil, Format}, {7, Pickup, Empty}, {7, Route, Empty},
		{8, "", Count}, {9, "", Duplicate}, {10, Departure, Format}, {11, Pickup, TooLong}, {12, Pickup, Character}, {14, Departure, Format},
	}
	if d := cmp.Diff(wantRows, rows, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Format("MST") == b.Format("MST") })); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(wantProblems, problems); d != "" {
		t.Error(d)
	}
}

func TestFilesThatAreNotRideLists(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want Reason
	}{
		"nothing":        {"", NoHeader},
		"another header": {"ref;datum;avgång;hämtplats;linje\n", NoHeader},
		"another order":  {"datum;elevreferens;avgång;hämtplats;linje\n", NoHeader},
		"commas":         {"elevreferens,datum,avgång,hämtplats,linje\n", Separator},
		"only a header":  {header, NoRows},
		"latin-1":        {"elevreferens;datum;avg\xe5ng;h\xe4mtplats;linje\n", NotText},
		"UTF-16":         {"e\x00l\x00", NotText},
		"a stray quote":  {header + "E-1;2026-08-24;07:10;Prov\"gatan;S1\n", Quotes},
		"too large":      {header + strings.Repeat("x", maxBytes), TooLarge},
	} {
		rows, problems, err := Parse([]byte(c.file))
		if !errors.Is(err, fault.Invalid) || !errors.Is(err, c.want) || rows != nil || problems != nil {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// The example that operators copy has to be a ride list.
func TestTheDocumentedExampleIsRead(t *testing.T) {
	doc, err := os.ReadFile("../../docs/ridelist.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```csv\n(.*?)```").FindSubmatch(doc)
	if m == nil {
		t.Fatal("the page has no example")
	}
	rows, problems, err := Parse(m[1])
	if err != nil || len(problems) != 0 || len(rows) != 3 {
		t.Errorf("%d rows, %v, %v", len(rows), problems, err)
	}
	for _, c := range []Code{Count, Empty, Format, TooLong, Character, Duplicate} {
		if !strings.Contains(string(doc), "`"+string(c)+"`") {
			t.Errorf("the page does not explain %s", c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(header + "E-1;2026-08-24;07:10;Provgatan;S1\n"))
	f.Add([]byte("\ufeff" + header + "\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, problems, err := Parse(b)
		if err != nil && (rows != nil || problems != nil) {
			t.Fatal("an error with rows")
		}
		for _, r := range rows {
			if !pupilRef.MatchString(r.Pupil) || r.Departs.IsZero() || r.Pickup == "" || r.Route == "" {
				t.Fatalf("row %d is not whole", r.Line)
			}
		}
	})
}
