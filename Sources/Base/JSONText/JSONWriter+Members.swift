// Members of an object whose values are written whole.
extension JSONWriter {
    public mutating func member(_ key: String, _ text: String) {
        self.key(key)
        string(text)
    }

    public mutating func member(_ key: String, _ texts: [String]) {
        self.key(key)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    public mutating func member(_ key: String, _ number: some SignedInteger & FixedWidthInteger) {
        self.key(key)
        int(number)
    }

    public mutating func member(_ key: String, _ number: Double) {
        self.key(key)
        double(number)
    }

    public mutating func member(_ key: String, _ flag: Bool) {
        self.key(key)
        bool(flag)
    }
}
