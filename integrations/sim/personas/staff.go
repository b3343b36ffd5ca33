package personas

import "samtjanst/platform/idno"

// StaffID names a member of staff: "mona-testhandlaggare".
type StaffID string

// The staff of the demo.
const (
	MonaTesthandlaggare    StaffID = "mona-testhandlaggare"    // officer, barn- och utbildningsnämnden i Ekköping; responsible for its services
	OskarProvhandlaggare   StaffID = "oskar-provhandlaggare"   // officer, the same board
	BirgittaProvbeslutande StaffID = "birgitta-provbeslutande" // decider and manager, the same board; approves changes to its services
	TorstenTallhandlaggare StaffID = "torsten-tallhandlaggare" // officer and decider, Tallvik; responsible for its board's services
	SivSocialtest          StaffID = "siv-socialtest"          // officer, socialnämnden i Ekköping: must not see school cases
	FridaFormtest          StaffID = "frida-formtest"          // employed, but with no role in any board
	KajsaKulturtest        StaffID = "kajsa-kulturtest"        // officer and decider, kultur- och fritidsnämnden i Ekköping
	TageTekniktest         StaffID = "tage-tekniktest"         // officer and decider, tekniska nämnden i Ekköping
	LovaLonetest           StaffID = "lova-lonetest"           // officer, kommunstyrelsen i Ekköping: certificates of employment
	LeifLonetest           StaffID = "leif-lonetest"           // officer, the same board
	TovaTalltest           StaffID = "tova-talltest"           // officer, kommunstyrelsen i Tallvik
	TuvaTalltest           StaffID = "tuva-talltest"           // officer and decider of two boards in Tallvik, culture and technology; approves changes to the school board's services
	MiloMiljotest          StaffID = "milo-miljotest"          // officer and decider, miljö- och byggnämnden i Ekköping
	TiraTalltest           StaffID = "tira-talltest"           // officer and decider, miljönämnden in Tallvik
	PiaPersontest          StaffID = "pia-persontest"          // keeps the people of barn- och utbildningsnämnden i Ekköping
	PerPersontest          StaffID = "per-persontest"          // the same: a change is confirmed by another than who made it
)

// Issuers of the demo, one login per municipality.
const (
	EkkopingLogin = "ekkoping"
	TallvikLogin  = "tallvik"
)

// Staff is somebody employed, as the municipality's own login knows him or her.
type Staff struct {
	ID      StaffID
	Tenant  string      // which login provider: EkkopingLogin or TallvikLogin
	Subject string      // the provider's stable id, never a personal number
	Number  idno.Number // the e-legitimation's; the register does not have the staff
	Name    string
	Mail    string
	Title   string   // Swedish
	Groups  []string // the groups claim, "tenant:board:role"
}

// AllStaff gives everybody employed.
func AllStaff() []Staff {
	return []Staff{
		{MonaTesthandlaggare, EkkopingLogin, "a3d1f0c2-0001", idno.Must("197101012388"), "Mona Testhandläggare", "mona.testhandlaggare@example.se",
			"Handläggare skolskjuts, barn- och utbildningsnämnden", []string{"ekkoping:barn-och-utbildning:officer", "ekkoping:barn-och-utbildning:form-owner"}},
		{OskarProvhandlaggare, EkkopingLogin, "a3d1f0c2-0002", idno.Must("197202032392"), "Oskar Provhandläggare", "oskar.provhandlaggare@example.se",
			"Handläggare skolskjuts, barn- och utbildningsnämnden", []string{"ekkoping:barn-och-utbildning:officer"}},
		{BirgittaProvbeslutande, EkkopingLogin, "a3d1f0c2-0003", idno.Must("197303052380"), "Birgitta Provbeslutande", "birgitta.provbeslutande@example.se",
			"Enhetschef med delegation, barn- och utbildningsnämnden",
			[]string{"ekkoping:barn-och-utbildning:officer", "ekkoping:barn-och-utbildning:decider", "ekkoping:barn-och-utbildning:manager",
				"ekkoping:barn-och-utbildning:form-approver"}},
		{SivSocialtest, EkkopingLogin, "a3d1f0c2-0004", idno.Must("197404072386"), "Siv Socialtest", "siv.socialtest@example.se",
			"Socialsekreterare, socialnämnden", []string{"ekkoping:social:officer"}},
		{FridaFormtest, EkkopingLogin, "a3d1f0c2-0005", idno.Must("197505092382"), "Frida Formtest", "frida.formtest@example.se",
			"Kommunikatör, utan roll i någon nämnd", nil},
		{KajsaKulturtest, EkkopingLogin, "a3d1f0c2-0006", idno.Must("197606112386"), "Kajsa Kulturtest", "kajsa.kulturtest@example.se",
			"Administratör kulturskolan, kultur- och fritidsnämnden", []string{"ekkoping:kultur-och-fritid:decider"}},
		{TageTekniktest, EkkopingLogin, "a3d1f0c2-0007", idno.Must("197707132390"), "Tage Tekniktest", "tage.tekniktest@example.se",
			"Färdtjänsthandläggare med delegation, tekniska nämnden", []string{"ekkoping:teknik:decider"}},
		{LovaLonetest, EkkopingLogin, "a3d1f0c2-0008", idno.Must("197808152388"), "Lova Lönetest", "lova.lonetest@example.se",
			"Löneadministratör, kommunstyrelsen", []string{"ekkoping:kommunstyrelsen:officer"}},
		{LeifLonetest, EkkopingLogin, "a3d1f0c2-0009", idno.Must("197909172392"), "Leif Lönetest", "leif.lonetest@example.se",
			"Löneadministratör, kommunstyrelsen", []string{"ekkoping:kommunstyrelsen:officer"}},
		{MiloMiljotest, EkkopingLogin, "a3d1f0c2-0010", idno.Must("198010192394"), "Milo Miljötest", "milo.miljotest@example.se",
			"Livsmedelsinspektör med delegation, miljö- och byggnämnden", []string{"ekkoping:miljo-och-bygg:decider"}},
		{PiaPersontest, EkkopingLogin, "a3d1f0c2-0011", idno.Must("198604022387"), "Pia Persontest", "pia.persontest@example.se",
			"Nämndsekreterare, personaladministratör i barn- och utbildningsnämnden", []string{"ekkoping:barn-och-utbildning:people-admin"}},
		{PerPersontest, EkkopingLogin, "a3d1f0c2-0012", idno.Must("198503292396"), "Per Persontest", "per.persontest@example.se",
			"Administratör, personaladministratör i barn- och utbildningsnämnden", []string{"ekkoping:barn-och-utbildning:people-admin"}},
		{TorstenTallhandlaggare, TallvikLogin, "b7e20d41-0001", idno.Must("198111212398"), "Torsten Tallhandläggare", "torsten.tallhandlaggare@example.se",
			"Handläggare skolskjuts med delegation, utbildningsnämnden",
			[]string{"tallvik:utbildning:officer", "tallvik:utbildning:decider", "tallvik:utbildning:form-owner"}},
		{TovaTalltest, TallvikLogin, "b7e20d41-0003", idno.Must("198212232386"), "Tova Talltest", "tova.talltest@example.se",
			"Löneadministratör, kommunstyrelsen", []string{"tallvik:kommunstyrelsen:officer"}},
		{TiraTalltest, TallvikLogin, "b7e20d41-0004", idno.Must("198301252386"), "Tira Talltest", "tira.talltest@example.se",
			"Livsmedelsinspektör med delegation, miljönämnden", []string{"tallvik:miljo-och-bygg:decider"}},
		{TuvaTalltest, TallvikLogin, "b7e20d41-0002", idno.Must("198402272382"), "Tuva Talltest", "tuva.talltest@example.se",
			"Handläggare kulturskola och färdtjänst med delegation", []string{"tallvik:kultur-och-fritid:decider", "tallvik:teknik:decider", "tallvik:utbildning:form-approver"}},
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
