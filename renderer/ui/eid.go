package ui

// EIDChoices are the e-legitimations to choose among, each started by a button of its own, so that nothing has to be chosen twice.
type EIDChoices struct {
	Offers  []EIDChoice
	Several bool
	Deep    bool // below a heading of the second level
	Action  string
	Token   string // of the form
	Till    string // where to go on afterwards, "" nowhere in particular
}

// EIDChoice is one of them. An app has a button for this device and one for another; a provider whose page is visited has one button.
type EIDChoice struct {
	ID, Title        string
	Lead             bool // the first: the one that was used last, when any was
	Last             bool // it was used last in this browser, of several
	Same, Other, Via string
}

// EIDWait is shown while the app is used, or before the provider's page is visited, at login and when signing.
type EIDWait struct {
	Visit   *EIDVisit // to the provider's page; nil for an app
	Came    bool      // the browser has come back from there
	Name    string    // of the e-legitimation
	Same    bool      // the app is on this device
	Start   string    // opens the app on this device
	Desktop bool      // Start is for a computer
	QR      string    // address of the code as a picture
	Status  string    // address that tells how it goes
	Ask     string    // posts: ask again
	Cancel  string    // posts
	Again   string    // this page anew: a new code
	Message string
	Token   string // of the forms
	Signing bool
}

// EIDVisit is how the browser is sent to a provider's page.
type EIDVisit struct {
	URL    string
	Fields []Hidden // of a form to post; none: a link
}
