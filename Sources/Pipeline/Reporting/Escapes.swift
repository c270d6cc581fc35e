internal import Configuration

extension String {
  /// The text as a path in a link: all but plain letters, digits and some signs as bytes in hexadecimal.
  package var asLink: String {
    var result = ""
    for byte in utf8 {
      let scalar = Unicode.Scalar(byte)
      if scalar.isASCII,
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./=+".contains(Character(scalar))
      {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }

  /// The text as it stands in HTML, XML and SVG, between tags or in an attribute. What XML has no place for, not even
  /// escaped, and what would reorder or hide the text around it, is replaced.
  package var asMarkup: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // In an attribute these would be read as spaces.
      case "\n": result += "&#10;"
      case "\t": result += "&#9;"
      case _ where scalar.isHazardous || scalar.value == 0xfffe || scalar.value == 0xffff: result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
