package personas

// StaffID names a member of staff: "mona-testhandlaggare".
type StaffID string

// The staff of the demo.
const (
	MonaTesthandlaggare    StaffID = "mona-testhandlaggare"    // officer, barn- och utbildningsnämnden i Ekköping
	OskarProvhandlaggare   StaffID = "oskar-provhandlaggare"   // officer, the same board
	BirgittaProvbeslutande StaffID = "birgitta-provbeslutande" // decider and manager, the same board
	TorstenTallhandlaggare StaffID = "torsten-tallhandlaggare" // officer and decider, Tallvik
	SivSocialtest          StaffID = "siv-socialtest"          // officer, socialnämnden i Ekköping: must not see school cases
	FridaFormtest          StaffID = "frida-formtest"          // employed, but with no role in any board
)

// Issuers of the demo, one login per municipality.
const (
	EkkopingLogin = "ekkoping"
	TallvikLogin  = "tallvik"
)

// Staff is somebody employed, as the municipality's own login knows him or her.
type Staff struct {
	ID      StaffID
	Tenant  string // which login provider: EkkopingLogin or TallvikLogin
	Subject string // the provider's stable id, never a personal number
	Name    string
	Mail    string
	Title   string   // Swedish
	Groups  []string // the groups claim, "tenant:board:role"
}

// AllStaff gives everybody employed.
func AllStaff() []Staff {
	return []Staff{
		{MonaTesthandlaggare, EkkopingLogin, "a3d1f0c2-0001", "Mona Testhandläggare", "mona.testhandlaggare@example.se",
			"Handläggare skolskjuts, barn- och utbildningsnämnden", []string{"ekkoping:barn-och-utbildning:officer"}},
		{OskarProvhandlaggare, EkkopingLogin, "a3d1f0c2-0002", "Oskar Provhandläggare", "oskar.provhandlaggare@example.se",
			"Handläggare skolskjuts, barn- och utbildningsnämnden", []string{"ekkoping:barn-och-utbildning:officer"}},
		{BirgittaProvbeslutande, EkkopingLogin, "a3d1f0c2-0003", "Birgitta Provbeslutande", "birgitta.provbeslutande@example.se",
			"Enhetschef med delegation, barn- och utbildningsnämnden",
			[]string{"ekkoping:barn-och-utbildning:officer", "ekkoping:barn-och-utbildning:decider", "ekkoping:barn-och-utbildning:manager"}},
		{SivSocialtest, EkkopingLogin, "a3d1f0c2-0004", "Siv Socialtest", "siv.socialtest@example.se",
			"Socialsekreterare, socialnämnden", []string{"ekkoping:social:officer"}},
		{FridaFormtest, EkkopingLogin, "a3d1f0c2-0005", "Frida Formtest", "frida.formtest@example.se",
			"Kommunikatör, utan roll i någon nämnd", nil},
		{TorstenTallhandlaggare, TallvikLogin, "b7e20d41-0001", "Torsten Tallhandläggare", "torsten.tallhandlaggare@example.se",
			"Handläggare skolskjuts med delegation, utbildningsnämnden",
			[]string{"tallvik:utbildning:officer", "tallvik:utbildning:decider"}},
	}
}

// StaffOf gives those who log in at one provider.
func StaffOf(tenant string) []Staff {
	var out []Staff
	for _, s := range AllStaff() {
		if s.Tenant == tenant {
			out = append(out, s)
		}
	}
	return out
}

// GetStaff gives the member of staff with an ID.
func GetStaff(id StaffID) (Staff, bool) {
	for _, s := range AllStaff() {
		if s.ID == id {
			return s, true
		}
	}
	return Staff{}, false
}
