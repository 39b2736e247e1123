package sim

import "fmt"

// clients returns the forty clients of the office: companies, their owners and other
// people, the office itself and its suppliers.
func clients(domain string) []Client {
	names := []struct{ kind, name string }{
		{"organisation", "Bakkerij Van Dam B.V."},
		{"organisation", "Garagebedrijf Hoekstra B.V."},
		{"organisation", "Installatiebedrijf Kramer B.V."},
		{"organisation", "Hoveniersbedrijf Groenrijk B.V."},
		{"organisation", "Tandartspraktijk De Molen"},
		{"organisation", "Fysiotherapie Zuiderpark"},
		{"organisation", "Restaurant De Gouden Leeuw"},
		{"organisation", "Transportbedrijf Veenstra B.V."},
		{"organisation", "Bouwbedrijf Schouten B.V."},
		{"organisation", "Architectenbureau Lijn & Vlak"},
		{"organisation", "Kapsalon Knip"},
		{"organisation", "Schildersbedrijf Post & Zn."},
		{"organisation", "Webbureau Pixelplein B.V."},
		{"organisation", "Boekhandel De Letterzetter"},
		{"organisation", "Makelaardij Van Loon"},
		{"organisation", "Apotheek De Linde"},
		{"organisation", "Slagerij Ter Horst"},
		{"organisation", "Dierenkliniek Oosterhout"},
		{"organisation", "Loonbedrijf Wiersma"},
		{"organisation", "J. van Dam Holding B.V."},
		{"organisation", "Stichting Buurthuis De Brug"},
		{"organisation", "Sportvereniging Vooruit"},
		{"organisation", "Camping De Zandhoeve"},
		{"organisation", "Interieurbouw Maas B.V."},
		{"person", "J.A. van Dam"},
		{"person", "M. Hoekstra-de Wit"},
		{"person", "P. Kramer"},
		{"person", "S. Özdemir"},
		{"person", "L. van der Meer"},
		{"person", "H. Brouwer"},
		{"person", "D. Nguyen"},
		{"person", "E. Willems"},
		{"person", "R. Koster"},
		{"person", "T. Peeters"},
		{"internal", "Kantoor De Vries Accountants"},
		{"internal", "De Vries Opleidingen"},
		{"supplier", "Softwarehuis Grootboek B.V."},
		{"supplier", "KantoorPlus Inrichting B.V."},
		{"supplier", "Drukkerij Blauwdruk"},
		{"supplier", "Assurantiekantoor Van Oord"},
	}
	var list []Client
	for i, n := range names {
		c := Client{Number: fmt.Sprint(1001 + i), Type: n.kind, Name: n.name, Team: clientTeam(i, domain)}
		// Two of the people are self-employed.
		if n.kind != "person" || i == 27 || i == 30 {
			c.KvK = fmt.Sprintf("%08d", 99_010_203+7919*i) // higher than any real number
			c.VAT = vatID(899_100_000+3571*i, n.kind == "person")
		}
		list = append(list, c)
	}
	return list
}

// clientTeam divides the work: each client has a manager and an assistant, every
// second one a payroll adviser, and every third one a tax adviser.
func clientTeam(i int, domain string) []Link {
	managers := []string{"fatima", "sander", "pieter", "annelies"}
	assistants := []string{"sophie", "thomas", "kevin"}
	team := []Link{
		{managers[i%len(managers)] + "@" + domain, roleManager},
		{assistants[i%len(assistants)] + "@" + domain, roleAssistant},
	}
	if i%2 == 0 {
		team = append(team, Link{"marloes@" + domain, rolePayroll})
	}
	if i%3 == 0 {
		team = append(team, Link{[]string{"ruben", "ayse"}[i/3%2] + "@" + domain, roleTax})
	}
	return team
}

// vatID returns the first btw-id, from a number on, whose digits are valid in both
// ways in use: nine digits that pass the eleven test, as the number of a company, and
// a whole that leaves 1 modulo 97, as the id of a person. The id of a company ends
// in B01.
func vatID(from int, person bool) string {
	for n := from; ; n++ {
		if !passesEleven(n) {
			continue
		}
		// The letters count as numbers: N=23, L=21, B=11.
		suffix := (97 + 1 - remainder97(fmt.Sprintf("2321%09d1100", n))) % 97
		if (suffix == 1) != person && suffix > 0 {
			return fmt.Sprintf("NL%09dB%02d", n, suffix)
		}
	}
}

// passesEleven weighs nine digits with 9, 8, … 2 and −1.
func passesEleven(n int) bool {
	sum := -(n % 10)
	n /= 10
	for weight := 2; weight <= 9; weight++ {
		sum += weight * (n % 10)
		n /= 10
	}
	return sum%11 == 0
}

func remainder97(digits string) int {
	rest := 0
	for _, d := range digits {
		rest = (rest*10 + int(d-'0')) % 97
	}
	return rest
}
