package browser

import (
	"testing"

	"github.com/chromedp/cdproto/input"

	"samtjanst/integrations/sim/personas"
)

// keys by the names that stand on them.
var keys = map[string]input.DispatchKeyEventParams{
	"Tab":    {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
	"Enter":  {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"},
	"Space":  {Key: " ", Code: "Space", WindowsVirtualKeyCode: 32, Text: " "},
	"Down":   {Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40},
	"Delete": {Key: "Delete", Code: "Delete", WindowsVirtualKeyCode: 46},
}

// key presses a key. What it types is part of pressing it, as on a keyboard: a page that has acted on the key is not typed into.
func (b *tab) key(name string) {
	b.Helper()
	p := keys[name]
	p.Type = input.DispatchKeyEventTypeRawKeyDown
	if p.Text != "" {
		p.Type = input.DispatchKeyEventTypeKeyDown
	}
	call(b, input.DispatchKeyEvent, p)
	p.Type, p.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(b, input.DispatchKeyEvent, p)
}

// stop is where the focus stands.
type stop struct {
	Name, Kind string
	Seen       bool // it can be seen that the focus is there
	Before     bool // it stands before the stop that was left, though the focus went forwards
	Out        bool // the focus has left the page
}

// tabTo presses Tab until the focus stands on what is called so, and fails when it goes backwards, cannot be seen, or never comes.
func (b *tab) tabTo(name string) {
	b.Helper()
	b.settled()
	for range 150 {
		ask[bool](b, `(window.stFrom = document.activeElement, true)`)
		b.key("Tab")
		s := ask[stop](b, `focused()`)
		if s.Out {
			continue // round by way of the browser's own buttons
		}
		if !s.Seen {
			b.Errorf("the focus on %q (%s) cannot be seen\n%s", s.Name, s.Kind, ask[string](b, `document.activeElement.outerHTML`))
		}
		if s.Before {
			b.Errorf("the focus goes backwards to %q (%s)", s.Name, s.Kind)
		}
		if ask[bool](b, `fits({0})`, name) {
			return
		}
	}
	b.Fatalf("no number of Tab leads to %q\n%s", name, b.where())
}

// pressKey goes to a link or button and presses it, and comes to another page.
func (b *tab) pressKey(name string) {
	b.Helper()
	b.tabTo(name)
	b.leaving(func() { b.key("Enter") })
	b.inspect()
}

// chooseKey chooses a radio or checkbox: Tab comes to the group, arrows go within radios, Space ticks.
func (b *tab) chooseKey(label string) {
	b.Helper()
	b.tabTo(label)
	for range 12 {
		if ask[bool](b, `named({0})`, label) {
			if !ask[bool](b, `document.activeElement.checked`) {
				b.key("Space")
			}
			return
		}
		b.key("Down")
	}
	b.Fatalf("no arrow leads to %q\n%s", label, b.where())
}

// pickKey chooses from a list with the arrows.
func (b *tab) pickKey(label, option string) {
	b.Helper()
	b.tabTo(label)
	for range 30 {
		b.key("Down")
		if ask[bool](b, `squeeze(document.activeElement.selectedOptions[0].text).startsWith({0})`, option) {
			return
		}
	}
	b.Fatalf("no arrow leads to %q\n%s", option, b.where())
}

func (b *tab) writeKey(label, text string) {
	b.Helper()
	b.tabTo(label)
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// An application and its decision with the keyboard alone.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	w := world(t)
	sara := newTab(t, w.URL, desk)
	sara.open("/ekkoping")
	sara.tabTo("Hoppa till innehållet")
	sara.key("Enter")
	sara.writeKey("Sök e-tjänst", "skjuts")
	sara.leaving(func() { sara.key("Enter") })
	sara.inspect()
	sara.pressKey("Ansök om skolskjuts")
	sara.pressKey("Börja ansökan")
	sara.pressKey("BankID på den här enheten")
	sara.pressKey("Öppna BankID")
	sara.pressKey("Sara Exempelsson")
	sara.writeKey("Säkerhetskod", "123456")
	sara.leaving(func() { sara.key("Enter") })
	sara.goOn()
	sara.pressKey("Hämta uppgifterna och fortsätt")

	// Enter without an answer: the summary of what is wrong has the focus, and its link leads to the question.
	sara.tabTo("Fortsätt")
	sara.leaving(func() { sara.key("Enter") })
	sara.inspectStatus(422)
	if on := ask[string](sara, `document.activeElement.id`); on != "problems" {
		t.Errorf("the focus is on %q, not on the summary of what is wrong", on)
	}
	sara.key("Tab")
	sara.key("Enter")
	if kind := ask[string](sara, `document.activeElement.type || ""`); kind != "radio" {
		t.Errorf("the summary's link leads to %q", kind)
	}
	sara.key("Space")
	if !sara.chosen("Leo Exempelsson") {
		t.Errorf("Space did not choose\n%s", ask[string](sara, `document.activeElement.outerHTML`))
	}
	sara.pressKey("Fortsätt")
	sara.answer(application{
		"Läsår och årskurs": func(b *tab) {
			b.chooseKey("2026/2027")
			b.chooseKey("Grundskola")
			b.pickKey("Vilken årskurs", "Årskurs 3")
		},
		"Skola": func(b *tab) {
			b.chooseKey("Den skola som kommunen har placerat eleven i")
			b.unfold("Skolans namn", "select")
			b.pickKey("Skolans namn", "Norra")
		},
		"Tid":                func(b *tab) { b.chooseKey("Hela läsåret") },
		reasonPage:           func(b *tab) { b.chooseKey("Trafiken längs vägen är farlig") },
		"Trafiken":           func(b *tab) { b.writeKey("Vad gör vägen farlig?", "Vägen saknar trottoar ända fram till skolan.") },
		homePage:             func(b *tab) { b.chooseKey("I ett hem") },
		"Efter skolan":       func(b *tab) { b.chooseKey("Ja"); b.unfold("Måndag", "input"); b.chooseKey("Onsdag") },
		"Elevens egen åsikt": func(b *tab) { b.writeKey("Vad tycker eleven själv?", "Jag är rädd för lastbilarna.") },
		ownPage: func(b *tab) {
			b.writeKey("Din e-postadress", "sara.exempelsson@example.se")
			b.chooseKey("Måndag")
		},
	}, checkPage)
	sara.pressKey("Lämna in ansökan")
	sara.pressKey("Läs och skriv under")
	sara.pressKey("Skriv under med BankID på den här enheten")
	sara.pressKey("Öppna BankID")
	sara.pressKey("Sara Exempelsson")
	sara.writeKey("Säkerhetskod", "123456")
	sara.leaving(func() { sara.key("Enter") })
	sara.goOn()
	sara.sees("väntar på en handläggare")

	birgitta := staff(t, w, personas.BirgittaProvbeslutande, desk)
	birgitta.pressKey(ask[string](birgitta, `squeeze([...document.querySelectorAll("tr")].find(r => r.innerText.includes("Leo")).querySelector("th a").innerText)`))
	birgitta.pressKey("Skriv beslut")
	birgitta.chooseKey("Avslag")
	birgitta.chooseKey("Skollagen 10 kap. 32 § första stycket")
	birgitta.tabTo("Förhandsgranska")
	birgitta.leaving(func() { birgitta.key("Enter") })
	birgitta.inspectStatus(422)
	birgitta.writeKey("Motivering", "Vägen har trottoar och belysning hela sträckan.")
	birgitta.writeKey("Din titel", "Enhetschef")
	birgitta.pressKey("Förhandsgranska")
	birgitta.sees("Vägen har trottoar och belysning hela sträckan.", "förvaltningsrätten")
	birgitta.chooseKey("Jag har läst beslutet")
	birgitta.pressKey("Fatta beslutet")
	birgitta.sees("Beslutet är fattat.")
	birgitta.pressKey("Logga ut")
}
