// Codes that the daemon keeps as codes, as people say them: 刑法 213 to 220, and the lights of the advisory (移送规定第三条).
export const words: Record<string, Record<string, string>> = {
	offence: {
		TM_GOODS: '假冒注册商标罪（商品）', TM_SERVICE: '假冒注册商标罪（服务）', TM_GOODS_SERVICE: '假冒注册商标罪（商品和服务）', TM_SALE: '销售假冒注册商标的商品罪',
		TM_LABEL: '非法制造注册商标标识罪', TM_LABEL_SALE: '销售非法制造的注册商标标识罪', PATENT_FAKE: '假冒专利罪', COPYRIGHT: '侵犯著作权罪',
		COPYRIGHT_NET: '侵犯著作权罪（信息网络传播）', COPY_SALE: '销售侵权复制品罪', TRADE_SECRET: '侵犯商业秘密罪', TRADE_SECRET_FOREIGN: '为境外窃取、刺探、收买、非法提供商业秘密罪',
	},
	advisory: { RED: '红：达到涉罪标准', AMBER: '黄：接近涉罪标准', GREY: '灰：未到涉罪标准' },
};
