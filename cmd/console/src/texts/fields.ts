// How inputs are explained.
export const t = {
	date: { help: '可写 20250818、2025.8.18 或 2025-8-18', bad: '看不懂这个日期' },
	money: { unit: '元', ten_thousand: '万元', unknown: '不能计算', bad: '金额只写数字，至多两位小数' },
	list: { help: '每行一项，可从表格粘贴', add: '添加' },
	bool: { yes: '是', no: '否' },
	account: '选择人员',
	parties: {
		title: '当事人', add: '添加当事人', remove: '删除', name: '当事人名称', kind: '当事人类型', role: '当事人地位', uscc: '统一社会信用代码',
		id_number: '身份证件号码', representative: '法定代表人（负责人、经营者）', address: '住所（住址）', phone: '联系电话',
	},
	goods: {
		add: '添加一行', remove: '删除', paste: '可从 Excel 复制后直接粘贴', pasted: (n: number) => `已粘贴 ${n} 行`, item: '序号', name: '物品名称', brand: '品牌（商标）', spec: '型号规格', unit: '单位',
		quantity: '数量', handed: '实际移交数量', reason: '差异原因', condition: '特征和状况', value_fen: '价值（元）', measure_no: '强制措施文书号',
		place: '存放地点', custodian: '保管人', seal_no: '封签号', total: (n: number, yuan: string) => `${n} 行，价值合计 ${yuan}`,
	},
	form: {
		happened: '办理时间', now: '现在', basis: '依据', effect: '办理以后', checks: '核对条件', submit: '提交', doing: '正在提交……', missing: '请填写', optional: '其他可填项目',
		form: '文书', done: '已办理', number: '文号',
	},
};
