package ui

// Shell is what every page has around its own content. The zero value of each part leaves it out.
type Shell struct {
	Lang  string // reader's language
	Title string // of the page, without the municipality's name
	Theme string // id of the municipality's theme

	// Staff chooses the denser frame of staff pages.
	Staff bool
	// Wide lets the content use the whole width: lists and cases. Else it keeps a width that is good to read.
	Wide bool

	User      *User
	LoginURL  string // shown when nobody is logged in; "" leaves the link out
	HomeURL   string // "/" when empty
	Nav       []Link
	Languages []Language // the switch; left out when there are fewer than two
	Back      *Link      // the way back, above the heading
	Crumbs    []Link     // the last is this page

	Statement string // address of the accessibility statement (lag 2018:1937, 13 §)
	Privacy   string // address of how personal data is handled
	Contact   string // address of how to reach the municipality

	Flash    *Notice       // what just happened
	Problems []ProblemLink // error summary above the content; also marks the title
	Idle     *Idle
	// Simulators is the address of the simulators in the demo; it also shows that nothing is real. "" in production.
	Simulators string
	CSRF       string // for forms that the frame itself has
}

// Frame makes every struct that embeds Shell a Page.
func (s Shell) Frame() Shell { return s }

// Home gives HomeURL, or the root.
func (s Shell) Home() string {
	if s.HomeURL == "" {
		return "/"
	}
	return s.HomeURL
}

// User is who is logged in.
type User struct {
	Name   string
	Detail string // authority or role of staff
	Logout string // address that the logout button posts to
}

// Link is a link with a text.
type Link struct {
	Text    string
	URL     string
	Current bool // this page, or the part of the site it belongs to
	Count   int  // shown after the text when above 0
}

// Language is one choice of the language switch. Its text stands in the language itself.
type Language struct {
	Lang, Text, URL string
	Current         bool
}

// Idle tells how long one may be still before being logged out, and where to extend it (WCAG 2.2, 2.2.1). Without
// script the text alone stands on the page; with it, a dialog opens Warn seconds before.
type Idle struct {
	Seconds int
	Warn    int
	Extend  string // POST, answers 204 while the session lives
	Logout  string // where to go when time is up
}

// Minutes rounds down.
func (i Idle) Minutes() int { return i.Seconds / 60 }

// ProblemLink is one line of the error summary: what is wrong, and the id of the control to mend.
type ProblemLink struct {
	Text   string
	Target string // id without #; "" for what belongs to no control
}

// Tone says how a notice, tag or message is meant; it chooses colour and icon, never the only bearer of the meaning.
type Tone string

// Tones.
const (
	Neutral Tone = "neutral"
	Info    Tone = "info"
	Success Tone = "success"
	Warning Tone = "warning"
	Danger  Tone = "danger"
)
